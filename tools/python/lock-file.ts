import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The sets of Python packages that the project pins, each in `<name>.lock.txt` beside this file, made from `<name>.in`:
 * `uv pip compile --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header
 * --no-annotate NAME.in -o NAME.lock.txt`, with `--upgrade` for newer versions.
 */
export const lockNames = ["uv", "builder", "agent-builder", "cloud", "ironic"] as const;
export type LockName = (typeof lockNames)[number];

/** A lock file in pip's requirements format, with hashes for every package. */
export interface LockFile {
  readonly name: LockName;
  readonly path: string;
  /** The first 12 hex digits of the file's sha256. */
  readonly digest: string;
}

/** Reads the lock file of a set. */
export function lockFile(name: LockName, directory: string = import.meta.dirname): LockFile {
  const path = join(directory, `${name}.lock.txt`);
  return { name, path, digest: createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12) };
}

/** Where the virtualenv of a lock file is kept: another lock is another directory. */
export function virtualenvDirectory(lock: LockFile, cacheDirectory: string): string {
  return join(cacheDirectory, "python", `${lock.name}-${lock.digest}`);
}
