import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { describeFile, hashFile, type FileDigests, type FileHash } from "./describe.ts";
import { recordFileName } from "./names.ts";
import type { ArtifactRecord } from "./record.ts";
import { isErrno, lstatIfExists, readSmallFile } from "./regular-file.ts";
import { parseRecord } from "./schema.ts";
import { lookAt, writeStamp } from "./stamp.ts";

/** Bytes; records have a few KiB, and a long list of elements some more. */
const recordLimit = 16 * 2 ** 20;

/**
 * The record in an artifact's directory, or in one line why it cannot be read; undefined if there is none.
 * @throws IronicImagesError `artifact-unreadable`
 */
export async function readRecord(directory: string): Promise<ReturnType<typeof parseRecord> | undefined> {
  const path = join(directory, recordFileName);
  if ((await lstatIfExists(path)) === undefined) return undefined;
  try {
    return parseRecord(await readSmallFile(path, recordLimit));
  } catch (error) {
    const why = corruption(path, error);
    if (why === undefined) throw error;
    return { why };
  }
}

/**
 * Hashes every file of the record in `directory`. What sha256 says is enough of bytes that this program has described itself.
 * @param howMuch `every-digest` for a record that came from elsewhere: what it says of the other digests is compared with Glance's later
 * @throws IronicImagesError `artifact-corrupt` for the first that is not the one that was built, `artifact-unreadable`
 */
export async function verifyFiles(
  directory: string,
  record: ArtifactRecord,
  howMuch: "sha256" | "every-digest" = "sha256",
): Promise<void> {
  const hash = howMuch === "sha256" ? hashFile : describeFile;
  for (const file of Object.values(record.files)) {
    const path = join(directory, file.name);
    const size = (await lstatIfExists(path))?.size ?? 0n;
    // What has grown may have grown to any size.
    if (size > file.size)
      throw new IronicImagesError(
        "artifact-corrupt",
        `${path} is not what was built: expected ${file.size} bytes, found ${size}`,
        waysOut,
      );
    const found: FileHash & Partial<FileDigests> = await hash(path).catch((error: unknown) => {
      const why = corruption(path, error);
      if (why === undefined) throw error;
      throw new IronicImagesError("artifact-corrupt", why, waysOut, { cause: error });
    });
    const differs = (["sha256", "sha512"] as const).find(
      (name) => found[name] !== undefined && found[name] !== file[name],
    );
    if (differs === undefined) continue;
    throw new IronicImagesError(
      "artifact-corrupt",
      `${path} is not what was built: expected ${differs} ${file[differs]} (${file.size} bytes), found ${found[differs]} (${found.size} bytes)`,
      waysOut,
    );
  }
}

/** What an error in reading a file says of its bytes, in one line; undefined if it says nothing of them. */
function corruption(path: string, error: unknown): string | undefined {
  if (error instanceof IronicImagesError) return error.code === "artifact-file-refused" ? error.summary : undefined;
  return isErrno(error, "EIO") ? `${path} cannot be read: input/output error (EIO); is its disk failing?` : undefined;
}

/** As {@link verifyFiles}, but answers with what is wrong, if anything is; and notes it in the stamp when all is well. */
export async function verifyAndStamp(
  directory: string,
  record: ArtifactRecord,
  say: (message: string) => void,
): Promise<string | undefined> {
  // Looked at before the hashing: a file that changes meanwhile will not fit its stamp.
  const looks = await lookAt(
    directory,
    Object.values(record.files).map((file) => file.name),
  );
  try {
    await verifyFiles(directory, record);
  } catch (error) {
    if (error instanceof IronicImagesError && error.code === "artifact-corrupt") return error.summary;
    throw error;
  }
  await writeStamp(directory, record, looks).catch((error: unknown) => {
    say(
      `${directory} is right, but that cannot be noted there, so it is hashed every time (${error instanceof Error ? error.message : String(error)})`,
    );
  });
  return undefined;
}

const waysOut =
  "Bring the right file here with: npm run store -- import DIRECTORY. Or build again with: pulumi up --replace URN-OF-THE-DISKIMAGE.";
