import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { dirname, basename, join } from "node:path";
import { execa } from "execa";
import { privileged } from "../../core/build/host/privileged.ts";
import { IronicImagesError } from "../../core/errors.ts";

/** The mount points at or below a path, from the text of /proc/self/mountinfo (proc(5): field 5, blanks in octal). */
export function mountsIn(path: string, mountinfo: string): string[] {
  const points = mountinfo
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, digits: string) =>
        String.fromCharCode(parseInt(digits, 8)),
      ),
    );
  return points.filter((point) => point === path || point.startsWith(`${path}/`));
}

/** Bytes on disk of what is below a path; 0 if nothing is there. */
export async function sizeOf(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const { stdout } = await execa("du", ["--summarize", "--one-file-system", "--block-size=1", "--", path], {
    reject: false,
  });
  return Number.parseInt(stdout, 10) || 0;
}

/**
 * Removes a directory with all that is in it, as root where files of root are in it. Never goes into a mount: what is
 * mounted may be the host's own /dev.
 * @throws IronicImagesError `clean-mounted`, `clean-failed`
 */
export async function removeTree(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  const real = join(realpathSync(dirname(path)), basename(path));
  const mounts = mountsIn(real, readFileSync("/proc/self/mountinfo", "utf8"));
  if (mounts.length > 0) {
    throw new IronicImagesError(
      "clean-mounted",
      `${path} was not removed: something is mounted in it; unmount it and run the command again`,
      mounts.join("\n"),
    );
  }
  const remove = ["rm", "-rf", "--one-file-system", "--", real];
  const attempts = [remove, privileged(remove)];
  let output = "";
  for (const [command = "", ...args] of attempts) {
    const { exitCode, stderr } = await execa(command, args, { reject: false, stdin: "ignore" });
    if (exitCode === 0) return;
    output = stderr;
  }
  throw new IronicImagesError(
    "clean-failed",
    `${path} could not be removed, as root neither`,
    output.split("\n").slice(0, 20).join("\n"),
  );
}
