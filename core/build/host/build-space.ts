import { execa } from "execa";
import { IronicImagesError } from "../../errors.ts";
import { bytesText, roomAt, roomText, type Room } from "../../room.ts";
import { privileged } from "./privileged.ts";

/** Bytes that a build took on the build host. */
export interface BuildSpace {
  /** The most that its build directory held, outputs included. */
  readonly build: number;
  /** By how much the cache of its slot grew; if it was warm, what an earlier build of the recipe added. */
  readonly cache: number;
}

/** Bytes that have to be free in a place before a build. */
export interface SpaceNeed {
  readonly path: string;
  /** What it is for, e.g. `the build directory`. */
  readonly what: string;
  readonly bytes: number;
}

/** For a recipe that was never built. A small Debian image takes about 2.2 GiB, tree and image together, and 0.2 of cache; recipes add packages. */
export const firstBuildSpace: BuildSpace = { build: 5 * 2 ** 30, cache: 2 ** 30 };

/** Packages grow from one build to the next. */
const margin = 1.25;

/**
 * What a build is taken to need.
 * @param last what the last build of the recipe took, and the bytes of its outputs
 * @param minimumFreeMiB what the stack says instead, of the build directory alone; 0 asks for nothing
 */
export function spaceNeeds(
  places: { readonly builds: string; readonly cache: string; readonly artifacts: string },
  last: { readonly space?: BuildSpace | undefined; readonly outputs: number } | undefined,
  minimumFreeMiB?: number,
): SpaceNeed[] {
  if (minimumFreeMiB !== undefined)
    return [{ path: places.builds, what: "the build directory", bytes: minimumFreeMiB * 2 ** 20 }];
  const { build, cache } =
    last?.space === undefined
      ? firstBuildSpace
      : { build: last.space.build * margin, cache: last.space.cache * margin };
  return [
    { path: places.builds, what: "the build directory", bytes: Math.ceil(build) },
    { path: places.cache, what: "the cache", bytes: Math.ceil(cache) },
    { path: places.artifacts, what: "the store", bytes: last?.outputs ?? 0 },
  ];
}

/** Which file systems have too little room for what is needed of them together, a sentence each. */
export function lackingSpace(needs: readonly SpaceNeed[], at: (path: string) => Room | undefined = roomAt): string[] {
  const builds = needs[0] === undefined ? undefined : at(needs[0].path);
  const perDevice = new Map<number, { room: Room; needs: SpaceNeed[] }>();
  for (const need of needs) {
    const room = at(need.path);
    // In the file system of the build directory an artifact is renamed into the store, and takes no more there.
    if (room === undefined || (need.what === "the store" && room.device === builds?.device)) continue;
    const known = perDevice.get(room.device) ?? { room, needs: [] };
    known.needs.push(need);
    perDevice.set(room.device, known);
  }
  return [...perDevice.values()].flatMap(({ room, needs: here }) => {
    const bytes = here.reduce((sum, need) => sum + need.bytes, 0);
    if (bytes === 0 || (room.free >= bytes && !room.noInodes)) return [];
    const what = here.map((need) => `${need.what} ${need.path}`).join(" and ");
    return [
      `${what} needs ${bytesText(bytes)} (${bytes} bytes) of free space, and ${roomText(room)} (${room.free} bytes)`,
    ];
  });
}

/** Where it is known from how much a build needs. */
export type SpaceSource = "last build" | "first build" | "stack";

const sources: Readonly<Record<SpaceSource, string>> = {
  "last build":
    "That is what its last build took, and a quarter more. Free some, or say less in ironic-images:build.minimumFreeMiB",
  "first build":
    "That is what a recipe is taken to need that was never built here. Free some, or say less in ironic-images:build.minimumFreeMiB",
  stack: "That is what ironic-images:build.minimumFreeMiB says. Free some, or say less there",
};

/** @throws IronicImagesError `disk-too-full` that names path, bytes needed and bytes free of everything that is too full */
export function requireSpace(needs: readonly SpaceNeed[], name: string, from: SpaceSource): void {
  const lacking = lackingSpace(needs);
  if (lacking.length === 0) return;
  throw new IronicImagesError(
    "disk-too-full",
    `There is no space to build ${name}: ${lacking.join("; ")}. ${sources[from]}`,
  );
}

/** Bytes that a directory of root's takes on its own file system; undefined if that cannot be told. */
export async function diskUsage(path: string): Promise<number | undefined> {
  const [command = "", ...words] = privileged(["du", "--summarize", "--one-file-system", "--block-size=1", "--", path]);
  // The exit status says little: files vanish under a running build.
  const { stdout } = await execa(command, words, { reject: false, stdin: "ignore", env: { LC_ALL: "C" } });
  const bytes = /^(\d+)\t/.exec(stdout ?? "")?.[1];
  return bytes === undefined ? undefined : Number(bytes);
}
