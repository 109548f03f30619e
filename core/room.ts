import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What is left on the file system that holds a path. */
export interface Room {
  /** The file system, as `st_dev` names it. */
  readonly device: number;
  /** Bytes that a user without privileges can still write. */
  readonly free: number;
  /** Bytes. */
  readonly size: number;
  /** No file can be made although bytes are free; some file systems have no such limit. */
  readonly noInodes: boolean;
}

/** The room where a path is, or would be made: of the nearest directory above it that exists. Undefined if nobody may look. */
export function roomAt(path: string): Room | undefined {
  for (let place = path; ; place = dirname(place)) {
    try {
      const { bsize, bavail, blocks, files, ffree } = statfsSync(place);
      return {
        device: statSync(place).dev,
        free: bsize * bavail,
        size: bsize * blocks,
        noInodes: files > 0 && ffree === 0,
      };
    } catch {
      if (place === dirname(place)) return undefined;
    }
  }
}

/** Bytes for a person, e.g. `12.5 MiB`. */
export function bytesText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${step === 0 ? bytes : (bytes / 2 ** (10 * step)).toFixed(1)} ${units[step] ?? ""}`;
}

/** How full a file system is, e.g. `3.0 MiB of 64.0 MiB are free`. */
export function roomText({ free, size, noInodes }: Room): string {
  return `${bytesText(free)} of ${bytesText(size)} are free${noInodes ? ", and no inode" : ""}`;
}
