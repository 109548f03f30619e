import { existsSync, globSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { localPaths } from "../../../tools/paths.ts";

/** The directory of the Python package of an installed diskimage-builder: of this clone, or on PATH. */
export function installedBuilder(): string | undefined {
  const directories = [localPaths().bin, ...(process.env["PATH"] ?? "").split(delimiter)];
  for (const directory of directories) {
    const command = join(directory, "disk-image-create");
    if (!existsSync(command)) continue;
    const [found] = globSync(
      join(dirname(dirname(realpathSync(command))), "lib/python3*/site-packages/diskimage_builder"),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
