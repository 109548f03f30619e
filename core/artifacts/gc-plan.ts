import type { StoreEntry } from "./examine.ts";

/** The state of a stack, as `pulumi stack export` prints it. */
export interface StackState {
  /** Plain name of the stack. */
  readonly stack: string;
  readonly text: string;
}

/** What decides what may go. */
export interface GcFacts {
  readonly entries: readonly StoreEntry[];
  readonly states: readonly StackState[];
  /** Stacks that may need anything, because nobody knows their state; in words. */
  readonly unknown: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long everything stays that nobody needs, in milliseconds. */
  readonly grace: number;
}

/** Something in the store, and what is to become of it. */
export interface GcEntry extends StoreEntry {
  readonly action: "remove" | "keep";
  /** Why, in a few words. */
  readonly reason: string;
  /** Stacks whose state names it. */
  readonly neededBy: readonly string[];
}

// What is being copied or removed holds a lock; this is for the moment before it has it.
const temporaryMilliseconds = 60 * 60_000;

/**
 * Decides by what the states name. Age alone removes nothing that a state names, and a clock that was wrong keeps: an entry from
 * the future is young. Whether a process holds an entry is found out when it is to be removed.
 */
export function planGc(facts: GcFacts): GcEntry[] {
  return facts.entries.map((entry) => {
    const neededBy = stacksThatName(entry, facts.states);
    const kept = whyKept(entry, neededBy, facts);
    if (kept !== undefined) return { ...entry, neededBy, action: "keep", reason: kept };
    return { ...entry, neededBy, action: "remove", reason: whyRemoved(entry) };
  });
}

/** The stacks in whose state the artifact's fingerprint or the path of one of its files stands, wherever that is. */
export function stacksThatName(entry: StoreEntry, states: readonly StackState[]): string[] {
  if (entry.is !== "artifact" && entry.is !== "broken") return [];
  const names = [`/${entry.entry}/`, ...(entry.record === undefined ? [] : [entry.record.fingerprint])];
  return states.filter(({ text }) => names.some((name) => text.includes(name))).map(({ stack }) => stack);
}

function whyKept(entry: StoreEntry, neededBy: readonly string[], facts: GcFacts): string | undefined {
  const age = facts.now - lastChange(entry);
  if (entry.is === "temporary") return age < temporaryMilliseconds ? "perhaps being copied" : undefined;
  if (neededBy.length > 0) return `needed by ${neededBy.join(", ")}`;
  if (entry.is !== "set-aside" && facts.unknown.length > 0) return `perhaps needed by ${facts.unknown.join(", ")}`;
  return age < facts.grace ? `younger than ${Math.round(facts.grace / 86_400_000)} days` : undefined;
}

function whyRemoved({ is }: StoreEntry): string {
  if (is === "artifact") return "no stack needs it";
  return is === "temporary" ? "left by a process that ended" : "damaged";
}

/** When it was built, or came here: publishing, importing and setting aside change a directory's ctime. */
function lastChange({ stats, record }: StoreEntry): number {
  return Math.max(Number(stats.ctimeMs), record === undefined ? 0 : Date.parse(record.builtAt));
}
