import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

/** Runs something while a file system of its own is mounted on a directory. */
export async function withSmallDisk(
  path: string,
  sizeMiB: number,
  kind: "tmpfs" | "ext4",
  run: () => Promise<void>,
): Promise<void> {
  mkdirSync(path, { recursive: true });
  const image = `${path}.disk`;
  if (kind === "tmpfs") {
    await execa("mount", ["-t", "tmpfs", "-o", `size=${sizeMiB}m`, "ironic-images-test", path]);
  } else {
    writeFileSync(image, "");
    truncateSync(image, sizeMiB * 2 ** 20);
    await execa("mkfs.ext4", ["-q", "-m", "0", image]);
    await execa("mount", ["-o", "loop", image, path]);
  }
  try {
    await run();
  } finally {
    await unmount(path);
    rmSync(image, { force: true });
  }
}

/** A process that has said its last word can still be about to end. */
async function unmount(path: string): Promise<void> {
  for (const end = performance.now() + 10_000; ; await sleep(100)) {
    const { exitCode, stderr } = await execa("umount", [path], { reject: false });
    if (exitCode === 0) return;
    if (performance.now() > end) throw new Error(stderr);
  }
}
