import { createHash } from "node:crypto";
import { mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { artifactsDirectory, usersDirectory } from "./names.ts";
import { isErrno, namesIn } from "./regular-file.ts";

/** A stack that has used artifacts of the store: as long as nobody has seen its state, it may need any of them. */
export interface StoreUser {
  /** Plain name of the stack. */
  readonly stack: string;
  /** Project directory that it was used from: a store can be shared by several. */
  readonly project: string;
  /** The note itself, absolute. */
  readonly path: string;
}

/** Notes that a stack uses the store. Where nothing can be written, nothing is removed either. */
export async function noteUser(projectDirectory: string, stack: string): Promise<void> {
  const project = await realpath(projectDirectory);
  const directory = resolve(projectDirectory, artifactsDirectory, usersDirectory);
  const name = `${stack}@${createHash("sha256").update(project).digest("hex").slice(0, 12)}`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(join(directory, name), project, { flag: "wx" });
  } catch (error) {
    if (!["EEXIST", "EROFS", "EACCES"].some((code) => isErrno(error, code))) throw error;
  }
}

/** All stacks that have ever used the store, by name. */
export async function storeUsers(projectDirectory: string): Promise<StoreUser[]> {
  const directory = resolve(projectDirectory, artifactsDirectory, usersDirectory);
  const names = await namesIn(directory);
  const users = names.sort().map(async (name) => {
    const path = join(directory, name);
    return { stack: name.slice(0, name.lastIndexOf("@")), project: await readFile(path, "utf8"), path };
  });
  return Promise.all(users);
}

/** Forgets that a stack has used the store. */
export async function forgetUser({ path }: StoreUser): Promise<void> {
  await rm(path, { force: true });
}
