import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const listening = "0A";

/** Addresses that a process listens on, as /proc/net has them: hexadecimal address, decimal port. */
export function listeningAddresses(pid: number): string[] {
  const inodes = new Set(socketInodes(pid));
  return ["tcp", "tcp6"].flatMap((table) =>
    lines(`/proc/${pid}/net/${table}`).flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state !== listening || !inodes.has(inode)) return [];
      const [address = "", port = ""] = local.split(":");
      return [`${address}:${parseInt(port, 16)}`];
    }),
  );
}

function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    // It ended between two looks.
    return [];
  }
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
