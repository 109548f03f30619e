import { constants, type BigIntStats } from "node:fs";
import { lstat, mkdir, open, readdir, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IronicImagesError } from "../errors.ts";

// O_NONBLOCK: opening a FIFO must fail the check below, not hang.
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file for reading, if it is a regular file with something in it.
 * @throws IronicImagesError `artifact-file-refused` for a symbolic link, FIFO, device, directory, an empty file, or none;
 * `artifact-unreadable` for one that this user may not read
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(path, readOnly);
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw refused(path, "is missing", error);
    if (isErrno(error, "ELOOP")) throw refused(path, "is a symbolic link", error);
    if (isErrno(error, "ENXIO") || isErrno(error, "ENODEV")) throw refused(path, "is not a regular file", error);
    throw unreadable(path, error);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw refused(path, "is not a regular file");
    if (stats.size === 0) throw refused(path, "is empty");
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The content of a small text file, which must be a regular one: whatever else stands in its place is not waited for.
 * @param limit bytes
 * @throws IronicImagesError as {@link openRegularFile}, and `artifact-file-refused` for a longer file
 */
export async function readSmallFile(path: string, limit: number): Promise<string> {
  const handle = await openRegularFile(path);
  try {
    const { size } = await handle.stat();
    if (size > limit) throw refused(path, `has ${size} bytes, more than the ${limit} that belong there`);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/**
 * What `lstat` says about a path, or undefined if there is nothing.
 * @throws IronicImagesError `artifact-unreadable`
 */
export async function lstatIfExists(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (isErrno(error, "ENOENT") || isErrno(error, "ENOTDIR")) return undefined;
    throw unreadable(path, error);
  }
}

/** A refusal to read as one that says what to do; any other error as it is. */
export function unreadable(path: string, error: unknown): unknown {
  if (!isErrno(error, "EACCES") && !isErrno(error, "EPERM")) return error;
  return new IronicImagesError(
    "artifact-unreadable",
    `${path} cannot be read by user ${process.geteuid?.() ?? ""} (permission denied); give it back with: chown and chmod u+rX, or remove it`,
    "",
    { cause: error },
  );
}

/**
 * Everything below a directory, as paths relative to it, a directory before what it holds.
 * @throws IronicImagesError `artifact-file-refused` if there is anything but regular files and directories
 */
export async function listTree(root: string): Promise<{ files: string[]; directories: string[] }> {
  const files: string[] = [];
  const directories: string[] = [];
  const pending = [""];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of await readdir(join(root, directory), { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory()) {
        directories.push(path);
        pending.push(path);
      } else throw refused(join(root, path), entry.isSymbolicLink() ? "is a symbolic link" : "is not a regular file");
    }
  }
  return { files: files.sort(), directories: directories.sort() };
}

/** Forces a file, or a directory's entries, to the disk. */
export async function syncToDisk(path: string): Promise<void> {
  // The directory of artifacts itself may be a link to a larger disk.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a directory with those above it, and forces the entries of all that are new to the disk. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncToDisk(dirname(made));
}

/** What is in a directory; nothing if there is none. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

/** True if `error` is the system error of this name, e.g. `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function refused(path: string, why: string, cause?: unknown): IronicImagesError {
  return new IronicImagesError(
    "artifact-file-refused",
    `${path} ${why}; the files of an artifact are regular files with content`,
    "",
    { cause },
  );
}
