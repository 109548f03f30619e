import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** A project of the given files, path relative to it and text. Modes do not depend on this machine's umask. */
export function project(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  directory = temporaryDirectory(t),
): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, text);
    chmodSync(file, 0o644);
  }
  return directory;
}

/** The lines after the first of what a call fails with; fails itself if the call does not. */
export async function mistakesOf(call: () => Promise<unknown> | unknown): Promise<string[]> {
  try {
    await call();
  } catch (error) {
    if ((error as { code?: string }).code !== "invalid-config") throw error;
    return (error as Error).message.split("\n").slice(1);
  }
  throw new Error("nothing was refused");
}
