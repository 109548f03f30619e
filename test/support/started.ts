import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { linkedCommands } from "../../tools/environment.ts";
import type { TestProject } from "./project.ts";

/** Puts in place what `npm start` does, as far as the tools look for it. */
export async function pretendStarted({ directory }: TestProject): Promise<void> {
  const bin = path.join(directory, ".local/bin");
  await mkdir(bin, { recursive: true });
  await mkdir(path.join(directory, ".local/state"));
  for (const name of linkedCommands.filter((name) => name !== "node")) {
    const { stdout } = await execa("sh", ["-c", `readlink -f "$(which ${name} || which true)"`]);
    await symlink(stdout, path.join(bin, name));
  }
  await symlink(process.execPath, path.join(bin, "node"));
}
