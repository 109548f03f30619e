import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const packages = {
  "linux.uml": "user-mode-linux",
  "slirp-fullbolt": "slirp",
  insmod: "kmod",
  ip: "iproute2",
  "mkfs.ext4": "e2fsprogs",
  taskset: "util-linux",
  setpriv: "util-linux",
} as const;

/** What keeps this host from running a build in user-mode-linux, as `needs …`; undefined if nothing does. */
export function umlNeeds(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return "needs Linux on amd64 for user-mode-linux";
  if (process.getuid?.() !== 0) return "needs root: the guest's root file system is the host's";
  const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`.split(delimiter);
  const missing = Object.keys(packages).filter(
    (command) => !path.some((directory) => existsSync(join(directory, command))),
  );
  const debian = new Set(missing.map((command) => packages[command as keyof typeof packages]));
  return missing.length === 0 ? undefined : `needs ${missing.join(", ")}: apt-get install ${[...debian].join(" ")}`;
}
