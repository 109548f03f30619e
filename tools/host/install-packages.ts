import { readdirSync } from "node:fs";
import { execa, ExecaError } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import type { Progress } from "../report.ts";
import { lastLines } from "../text.ts";

/** The arguments with which apt-get installs packages, and nothing that they merely recommend. */
export function aptArguments(packages: readonly string[]): string[] {
  return ["install", "--yes", "--quiet", "--no-install-recommends", ...packages];
}

/**
 * Installs Debian packages, as root. Fetches the package lists when there are none, or when the ones there are too old.
 * @throws IronicImagesError `host-packages-failed`
 */
export async function installPackages(packages: readonly string[], progress?: Progress): Promise<void> {
  const apt = (args: readonly string[]) =>
    execa("apt-get", args, { env: { DEBIAN_FRONTEND: "noninteractive" }, stdin: "ignore", all: true });
  try {
    let fresh = false;
    const update = async () => {
      progress?.say("fetching the package lists");
      await apt(["update", "--quiet"]);
      fresh = true;
    };
    if (!hasPackageLists()) await update();
    progress?.say(packages.join(" "));
    await apt(aptArguments(packages)).catch(async (error: unknown) => {
      if (fresh) throw error;
      await update();
      progress?.say(packages.join(" "));
      await apt(aptArguments(packages));
    });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const tail = lastLines(String(error.all ?? error.shortMessage));
    throw new IronicImagesError(
      "host-packages-failed",
      `apt-get could not install ${packages.join(" ")}; put right what it says below and run the command again`,
      tail,
      { cause: error },
    );
  }
}

function hasPackageLists(): boolean {
  try {
    return readdirSync("/var/lib/apt/lists").some((name) => /_Packages(\.\w+)?$/.test(name));
  } catch {
    return false;
  }
}
