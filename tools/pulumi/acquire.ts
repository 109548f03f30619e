import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report } from "../report.ts";
import { ensureCached } from "./cached.ts";
import { vendorSite } from "./download.ts";
import { checkEngine, findInstalledEngine } from "./installed.ts";
import { obtain } from "./obtain.ts";
import type { Obtainable } from "./obtain.ts";
import { placeLanguageHost } from "./place-language-host.ts";
import { engineVersion } from "./versions.ts";

/** An engine to work with. */
export interface PulumiEngine {
  /** Absolute path of the `pulumi` executable. */
  readonly pulumi: string;
  /** Its directory: what goes first on PATH, after Node's. */
  readonly binDirectory: string;
  readonly origin: "installed" | "downloaded" | "built";
}

/** What acquiring needs; all but the first two have a default that only tests change. */
export interface AcquireOptions {
  /** Directory of this user for things that are expensive to get; everything in it is named by version. */
  readonly cacheDirectory: string;
  readonly report: Report;
  readonly environment?: NodeJS.ProcessEnv;
  /** Base address of the vendor's releases. */
  readonly site?: string;
  /** Milliseconds of silence after which a download is given up. */
  readonly patience?: number;
}

/**
 * Finds or gets the Pulumi engine with its Node language host: what is installed, else what an earlier call has put into the
 * cache, else the vendor's download, else a build from the Go modules that tools/pulumi/engine pins.
 * @throws IronicImagesError `go-missing`, `go-build-failed`, and those of acquireLock
 */
export async function ensurePulumi(options: AcquireOptions): Promise<PulumiEngine> {
  const { cacheDirectory, report, environment = process.env, site = vendorSite, patience } = options;
  return report.step(`Pulumi engine ${engineVersion}`, async (progress) => {
    const installed = await findInstalledEngine({ environment, except: cacheDirectory });
    if (installed !== undefined) {
      progress.skip(`${installed.version} is installed (${installed.pulumi})`);
      return { pulumi: installed.pulumi, binDirectory: dirname(installed.pulumi), origin: "installed" };
    }
    const directory = join(cacheDirectory, `pulumi-${engineVersion}`);
    const binDirectory = join(directory, "bin");
    const pulumi = join(binDirectory, "pulumi");
    const originFile = (where: string) => join(where, "origin");
    const works = async () => {
      const origin = await readOrigin(originFile(directory));
      // The host is a copy of ours: a newer checkout brings a newer one.
      if (origin === "built") await placeLanguageHost(binDirectory);
      return origin !== undefined && (await checkEngine(pulumi, withFirst(binDirectory, environment))) !== undefined;
    };
    const made = await ensureCached(directory, {
      progress,
      check: works,
      async make(temporary) {
        const origin = await obtain(engine(site, environment), temporary, {
          environment,
          progress,
          patience,
          note: report.note,
        });
        if (origin === "built") await placeLanguageHost(join(temporary, "bin"));
        await writeFile(originFile(temporary), `${origin}\n`);
      },
    });
    if (!made) progress.skip();
    return { pulumi, binDirectory, origin: (await readOrigin(originFile(directory))) ?? "built" };
  });
}

async function readOrigin(file: string): Promise<"downloaded" | "built" | undefined> {
  const text = (await readFile(file, "utf8").catch(() => "")).trim();
  return text === "downloaded" || text === "built" ? text : undefined;
}

function withFirst(directory: string, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, PATH: `${directory}:${environment["PATH"] ?? ""}` };
}

/** The engine as the vendor packs it (`pulumi/` at the top of its archive), and as its release build makes it (.goreleaser.yml). */
function engine(site: string, environment: NodeJS.ProcessEnv): Obtainable {
  return {
    title: `the Pulumi engine ${engineVersion}`,
    archive: ["linux", "darwin"].includes(process.platform)
      ? `${site}/sdk/pulumi-v${engineVersion}-${process.platform}-${process.arch}.tar.gz`
      : undefined,
    unpack: { into: "bin", strip: 1 },
    async verify(directory) {
      const found = await checkEngine(join(directory, "bin", "pulumi"), withFirst(join(directory, "bin"), environment));
      return found === undefined ? "does not hold a working engine" : undefined;
    },
    program: {
      moduleDirectory: fileURLToPath(new URL("engine/", import.meta.url)),
      mainPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      tags: ["osusergo", "grpcnotrace"],
      ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${engineVersion}`,
    },
    executable: join("bin", "pulumi"),
    manual: "https://www.pulumi.com/docs/install/",
  };
}
