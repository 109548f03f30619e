import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";

/** First executable file of that name on a search path, or undefined. */
export async function which(name: string, searchPath: string): Promise<string | undefined> {
  for (const directory of searchPath.split(":")) {
    const path = join(directory, name);
    const usable = await access(path, constants.X_OK)
      .then(
        () => stat(path),
        () => undefined,
      )
      .catch(() => undefined);
    if (directory !== "" && usable?.isFile() === true) return path;
  }
  return undefined;
}
