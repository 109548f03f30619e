import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackages } from "../host/install-packages.ts";
import type { Progress } from "../report.ts";

/** What tests need beyond what builds need: a command or an absolute path, and the Debian package that has it. */
const quickTier = {
  strace: "strace",
  git: "git",
  setpriv: "util-linux",
  sfdisk: "fdisk",
  parted: "parted",
  "mkfs.xfs": "xfsprogs",
  xorriso: "xorriso",
  cryptsetup: "cryptsetup-bin",
  mcopy: "mtools",
} as const;
const fullTier = {
  "linux.uml": "user-mode-linux",
  "slirp-fullbolt": "slirp",
  insmod: "kmod",
  ip: "iproute2",
  "/usr/share/OVMF/OVMF_CODE.fd": "ovmf",
} as const;

/** The packages that a tier lacks here. */
export function missingPackages(full: boolean, isThere: (commandOrPath: string) => boolean): string[] {
  const needed: Readonly<Record<string, string>> = full ? { ...quickTier, ...fullTier } : quickTier;
  const missing = Object.entries(needed).filter(([what]) => !isThere(what));
  return [...new Set(missing.map(([, name]) => name))].sort();
}

/** Installs them where this is root on Debian or Ubuntu; elsewhere the tests that need them say so and are skipped. */
export async function ensureTestPackages(full: boolean, progress: Progress): Promise<void> {
  const missing = missingPackages(full, isThere);
  if (missing.length === 0) return progress.skip("all there");
  if (process.getuid?.() === 0 && isThere("apt-get")) return installPackages(missing, progress);
  progress.skip(`without ${missing.join(", ")}: tests that need them are skipped`);
}

function isThere(commandOrPath: string): boolean {
  if (commandOrPath.startsWith("/")) return existsSync(commandOrPath);
  const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  return path.split(delimiter).some((directory) => existsSync(join(directory, commandOrPath)));
}
