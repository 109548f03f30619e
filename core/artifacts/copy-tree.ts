import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { listTree } from "./regular-file.ts";

/**
 * Copies what is in an artifact's directory, by reference where the file system can. The bytes of the copy are to be verified.
 * @param target exists and is empty
 * @throws IronicImagesError `artifact-file-refused` if there is anything but regular files and directories; EEXIST
 */
export async function copyTree(source: string, target: string): Promise<void> {
  const { files } = await listTree(source);
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await copyFile(join(source, file), join(target, file), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  }
}
