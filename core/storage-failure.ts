import { IronicImagesError } from "./errors.ts";
import { roomAt, roomText } from "./room.ts";

// ENOENT and ENOTDIR only when a directory was to be made: Node's recursive mkdir answers so on a read-only file system or below a file.
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on its file system; free some and run again",
  EDQUOT: "its disk quota is used up; free some space and run again",
  EROFS: "its file system is read-only",
  EACCES: "permission denied; give it to the user that runs this",
  EPERM: "permission denied; give it to the user that runs this",
};
const reasonsOfMkdir: Readonly<Record<string, string>> = {
  ENOENT: "the directory cannot be made; is its file system read-only?",
  ENOTDIR: "the directory cannot be made; is there a file in its place?",
  EEXIST: "the directory cannot be made; is there a file in its place?",
};

/**
 * A system error that says that something cannot be stored, as one that names the place; any other error as it is.
 * @param directory what to name when the system does not: a failing write(2) knows no path
 */
export function storageFailure(error: unknown, directory: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code = "", syscall, ...named } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // Of two paths the second is the one that is written.
  const path = named.dest ?? named.path;
  const reason = reasons[code] ?? (syscall === "mkdir" ? reasonsOfMkdir[code] : undefined);
  if (reason === undefined) return error;
  const place = path ?? directory;
  const room = code === "ENOSPC" ? roomAt(place) : undefined;
  const said = room === undefined ? code : `${code}; ${roomText(room)}`;
  return new IronicImagesError("storage-failed", `${place} cannot be written: ${reason} (${said})`, "", {
    cause: error,
  });
}
