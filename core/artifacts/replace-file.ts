import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import tmp from "tmp";

/**
 * Writes a small file so that a reader, also after a power cut, finds the old content or the new one, never a part.
 * @param onWritten told when the content is on the disk and the name still belongs to the old one
 */
export async function replaceFile(
  path: string,
  content: string,
  onWritten: () => void = () => undefined,
): Promise<void> {
  const temporary = tmp.tmpNameSync({ tmpdir: dirname(path), prefix: ".new" });
  try {
    const handle = await open(temporary, "wx", 0o644);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    onWritten();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
