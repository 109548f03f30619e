import { readFileSync } from "node:fs";
import { bytesText, roomAt, roomText, type Room } from "../../room.ts";

/** A directory that a build fills, and what a person calls it. */
export interface BuildPlace {
  readonly path: string;
  readonly what: string;
  /** Bytes that the last build took there, if that is known. */
  readonly expected?: number | undefined;
}

/** Looks out for what a failed hook cannot say well: a full disk, and a process that was killed for lack of memory. */
export interface HostTrouble {
  line(text: string): void;
  /** What was seen, a sentence each, to be said of a build that failed; empty if nothing was. */
  causes(): string[];
}

/** With less than this a write of a build fails, or is about to. */
const fullBytes = 16 * 2 ** 20;

/**
 * @param host how to look at this machine: other than by default only in tests
 */
export function watchForTrouble(
  places: readonly BuildPlace[],
  host: { roomAt(path: string): Room | undefined; oomKills(): number | undefined } = { roomAt, oomKills },
): HostTrouble {
  const killsBefore = host.oomKills();
  let rooms: [BuildPlace, Room][] | undefined;
  let [killed, refused] = [false, false];
  return {
    line(text) {
      // The texts of strerror(3) for ENOSPC and ENOMEM, and of bash for SIGKILL: builds run in the locale C.UTF-8.
      if (rooms === undefined && text.includes("No space left on device")) {
        rooms = places.flatMap((place) => {
          const room = host.roomAt(place.path);
          return room === undefined ? [] : [[place, room] as [BuildPlace, Room]];
        });
      }
      if (/\bKilled\b/.test(text)) killed = true;
      if (text.includes("Cannot allocate memory")) refused = true;
    },
    causes() {
      const kills = (host.oomKills() ?? 0) - (killsBefore ?? 0);
      return [
        ...(rooms === undefined ? [] : [spaceCause(rooms)]),
        ...(killed && kills > 0
          ? [
              `the kernel killed ${kills === 1 ? "a process" : `${kills} processes`} for lack of memory while it ran; build fewer images at once (ironic-images:build.slots), or on a machine with more memory`,
            ]
          : []),
        ...(refused ? ["a program got no memory (ENOMEM)"] : []),
      ];
    },
  };
}

function spaceCause(rooms: readonly (readonly [BuildPlace, Room])[]): string {
  const full = rooms.filter(([, room]) => room.free < fullBytes || room.noInodes);
  const tell = ([{ path, what, expected }, room]: readonly [BuildPlace, Room]): string =>
    `${what} ${path}, where ${roomText(room)}${expected === undefined ? "" : ` and the last build took ${bytesText(expected)}`}`;
  if (full.length > 0) return `no space was left in ${full.map(tell).join(", and in ")}; free some`;
  return `no space was left on a file system of the image itself (there was some in ${rooms.map(tell).join(", and in ")}): give it more with DIB_IMAGE_SIZE or DIB_IMAGE_EXTRA_SIZE, or put less into it`;
}

/** Processes that the kernel has killed for lack of memory, of this machine or of a cgroup, since it started. Linux 4.13 counts them. */
export function oomKills(): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
