import { existsSync } from "node:fs";
import { artifactsDirectory } from "../../core/artifacts/names.ts";
import { storeEntries } from "../../core/artifacts/examine.ts";
import { planGc, type GcEntry } from "../../core/artifacts/gc-plan.ts";
import { reserve, takeOut } from "../../core/artifacts/take-out.ts";
import { forgetUser, storeUsers } from "../../core/artifacts/users.ts";
import { buildLockPath } from "../../core/build/jobs/build-lock.ts";
import { acquireLock, type Lock } from "../../core/lock.ts";
import { removeTree, sizeOf } from "../clean/remove-tree.ts";
import type { GcOptions, StateOptions } from "./options.ts";
import type { PulumiPlace } from "../pulumi/ask.ts";
import { readStates, unknownUsers, type KnownStates } from "./states.ts";

/** Where to look, and whom to ask and tell. */
export interface GcContext {
  /** Real path of the project. */
  readonly project: string;
  readonly backends: readonly PulumiPlace[];
  say(text: string): void;
  confirm(question: string): Promise<boolean>;
}

/** What was found at one moment, and what follows. */
export interface GcLook {
  readonly entries: readonly GcEntry[];
  readonly failures: KnownStates["failures"];
  readonly unknown: readonly string[];
}

const dayMilliseconds = 86_400_000;

/** Looks through the store, and asks Pulumi for the states. */
export async function lookAtStore(
  { project, backends }: Pick<GcContext, "project" | "backends">,
  options: StateOptions & Partial<Pick<GcOptions, "without" | "keepDays">>,
): Promise<GcLook> {
  // In this order: an artifact that comes later is not in the list, and what uses one of the list is in a state or holds it.
  const entries = await storeEntries(project);
  const known = await readStates(backends, options);
  const unknown = unknownUsers(known, await storeUsers(project), options.without ?? [], project);
  const grace = (options.keepDays ?? 0) * dayMilliseconds;
  return {
    entries: planGc({ entries, states: known.states, unknown, now: Date.now(), grace }),
    failures: known.failures,
    unknown,
  };
}

/**
 * Removes what no stack needs, after asking.
 * @returns how many entries could not be removed because a process uses them
 */
export async function collectGarbage(context: GcContext, options: GcOptions, before: GcLook): Promise<number> {
  const { project, say, confirm } = context;
  if (options.dryRun) {
    say("--dry-run: nothing was deleted.");
    return 0;
  }
  const wanted = before.entries.filter(({ action }) => action === "remove");
  if (wanted.length > 0 && !options.yes && !(await confirm(`Delete ${wanted.length} directories?`))) {
    say("Nothing was deleted.");
    return 0;
  }
  const busy = wanted.length === 0 ? 0 : await removeUnneeded(context, options, wanted);
  for (const user of await storeUsers(project)) if (options.without.includes(user.stack)) await forgetUser(user);
  return busy;
}

/** Nobody can begin to use what is reserved; then the states are read once more, and only then something goes. */
async function removeUnneeded(context: GcContext, options: GcOptions, wanted: readonly GcEntry[]): Promise<number> {
  const { project, say } = context;
  const locks: Lock[] = [];
  const reserved: GcEntry[] = [];
  try {
    for (const entry of wanted) {
      const got = await lockEntry(project, entry);
      locks.push(...got.locks);
      if (got.free) reserved.push(entry);
      else say(`${artifactsDirectory}/${entry.entry}: kept, because a process uses it`);
    }
    const { entries } = await lookAtStore(context, options);
    const still = new Set(entries.filter(({ action }) => action === "remove").map(({ path }) => path));
    for (const entry of reserved) {
      if (still.has(entry.path)) await removeEntry(entry, say);
      else say(`${artifactsDirectory}/${entry.entry}: kept, because it is needed by now`);
    }
  } finally {
    for (const lock of locks) lock.release();
  }
  return wanted.length - reserved.length;
}

/** A job that builds the artifact, or has just published it, holds the lock of its fingerprint. */
async function lockEntry(project: string, entry: GcEntry): Promise<{ locks: Lock[]; free: boolean }> {
  const path = buildLockPath(project, entry.entry);
  // What nobody has ever built here needs no lock file.
  const build = existsSync(path) ? await acquireLock(path, { wait: false }) : null;
  if (build === undefined) return { locks: [], free: false };
  const own = await reserve(entry);
  return { locks: [build, own].filter((lock) => lock != null), free: own !== undefined };
}

async function removeEntry(entry: GcEntry, say: (text: string) => void): Promise<void> {
  const size = await sizeOf(entry.path);
  const out = await takeOut(entry);
  if (out === undefined) return;
  await removeTree(out);
  say(`${artifactsDirectory}/${entry.entry}: removed (${mebibytes(size)})`);
}

/** A size for a person. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
