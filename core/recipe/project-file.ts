import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { quoted } from "./text.ts";

/** Bytes. */
const maxSize = 64 * 2 ** 20;

/** What is said about a file of the project. */
export type ProjectFile = { readonly path: string; readonly sha256: string } | { readonly problem: string };

/** Reads a small file of the project for its digest; never one outside of it, whatever links say. */
export function projectFile(projectDirectory: string, path: string): ProjectFile {
  const inside = insideProject(projectDirectory, path);
  if ("problem" in inside) return inside;
  const file = join(projectDirectory, inside.path);
  if (!isFile(file)) return { problem: `there is no file ${quoted(inside.path)} in the project` };
  if (!realpathSync.native(file).startsWith(realpathSync.native(projectDirectory) + sep))
    return { problem: `${quoted(inside.path)} is a link out of the project: put the file itself there` };
  if (statSync(file).size > maxSize)
    return { problem: `${quoted(inside.path)} has more than ${maxSize} bytes: certificates and lists are small` };
  return { path: inside.path, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}

/** The normal form of a path or `file:` URL, relative to the project; a problem if it leads out of it. */
export function insideProject(projectDirectory: string, given: string): { path: string } | { problem: string } {
  const path = withoutScheme(projectDirectory, given);
  const normal = path === undefined ? undefined : normalize(path);
  if (normal === undefined || isAbsolute(normal) || normal === ".." || normal.startsWith(`..${sep}`) || normal === ".")
    return {
      problem: `${quoted(given)} is outside the project: put the file into the project, and give its path there`,
    };
  return { path: normal };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function withoutScheme(projectDirectory: string, given: string): string | undefined {
  if (!given.startsWith("file:")) return given;
  if (!given.startsWith("file:/")) return given.slice("file:".length);
  try {
    const path = fileURLToPath(given);
    return path.startsWith(projectDirectory + sep) ? path.slice(projectDirectory.length + 1) : undefined;
  } catch {
    return undefined;
  }
}
