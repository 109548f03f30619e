import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { execa } from "execa";

/** Unpacks a gzip initramfs as root, as the kernel does at boot. Whoever asks removes the directory. */
export async function unpackRamdisk(initramfs: string, directory: string): Promise<void> {
  await mkdir(directory);
  const cpio = execa("cpio", ["--extract", "--make-directories", "--preserve-modification-time", "--quiet"], {
    cwd: directory,
    stdin: "pipe",
  });
  const unpacked = pipeline(createReadStream(initramfs), createGunzip(), cpio.stdin);
  // cpio ends when it has seen the archive's end, and there is padding behind it. What is cut off before fails as it should: cpio says so.
  unpacked.catch(() => undefined);
  await cpio;
}

/** Runs a command in a ramdisk's tree, which has neither /proc nor /dev. */
export async function inRamdisk(directory: string, command: readonly string[], input?: Buffer): Promise<string> {
  const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" };
  const { stdout } = await execa("chroot", [directory, ...command], {
    env,
    extendEnv: false,
    ...(input === undefined ? { stdin: "ignore" } : { input }),
  });
  return stdout;
}
