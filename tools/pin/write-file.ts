import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import tmp from "tmp";
import { IronicImagesError } from "../../core/errors.ts";

/**
 * Puts a new text in place of an old one, whole and with the file's mode; a link stays a link.
 * @throws IronicImagesError `stack-changed` if the file holds something else by now
 */
export async function replaceText(path: string, before: string, after: string): Promise<void> {
  const target = await realpath(path);
  const { mode } = await stat(target);
  if ((await readFile(target, "utf8")) !== before)
    throw new IronicImagesError("stack-changed", `${path} was changed while its publishers were asked; run this again`);
  const temporary = tmp.tmpNameSync({ tmpdir: dirname(target), prefix: ".new" });
  try {
    const handle = await open(temporary, "wx", mode & 0o777);
    try {
      await handle.chmod(mode & 0o777);
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
