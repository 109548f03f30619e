import { randomInt } from "node:crypto";
import type { TestContext } from "node:test";
import { verifyStore } from "../../core/artifacts/examine.ts";
import { randomFrom } from "../core/inspect/random.ts";
import { commandLine, processIdsOf } from "./residue.ts";
import assert from "node:assert/strict";

/** A series of kills at moments that a seed decides. */
export interface Campaign {
  readonly seed: number;
  readonly kills: number;
  /** From 0 to below 1. */
  random(): number;
  pick<T>(all: readonly T[]): T;
  /** Notes what a kill hit, for the summary. */
  note(what: string): void;
}

/**
 * Begins a campaign, and says its seed. `IRONIC_IMAGES_CAMPAIGN_SEED` repeats one: the same victims, signals and moments, though a busy machine is
 * at another point by then. `IRONIC_IMAGES_CAMPAIGN_KILLS` makes it shorter or longer.
 *
 * @param kills in a quick run of all tests, and in a full one
 */
export function campaign(t: TestContext, kills: { readonly quick: number; readonly full: number }): Campaign {
  const { IRONIC_IMAGES_CAMPAIGN_SEED: wanted, IRONIC_IMAGES_CAMPAIGN_KILLS: count } = process.env;
  const seed = wanted === undefined ? randomInt(2 ** 31) : Number(wanted);
  const isFull = process.env["IRONIC_IMAGES_TEST_FULL"] === "1";
  const random = randomFrom(seed);
  const hits = new Map<string, number>();
  t.diagnostic(`IRONIC_IMAGES_CAMPAIGN_SEED=${seed}`);
  t.after(() => {
    const counts = [...hits].sort(([one], [other]) => one.localeCompare(other)).map(([what, n]) => `${what} ${n}`);
    t.diagnostic(`kills: ${counts.join(", ")}`);
  });
  return {
    seed,
    kills: count === undefined ? (isFull ? kills.full : kills.quick) : Number(count),
    random,
    pick: (all) => {
      const picked = all[Math.floor(random() * all.length)];
      assert.ok(picked !== undefined, "there is something to pick");
      return picked;
    },
    note: (what) => void hits.set(what, (hits.get(what) ?? 0) + 1),
  };
}

/** Processes of a directory whose command line is one of a kind. */
export function victims(directory: string, kind: RegExp): number[] {
  return processIdsOf(directory).filter((pid) => kind.test(commandLine(pid)));
}

/** The build directories, and so the builds, that sandboxes of a directory are at work in. */
export function buildsIn(directory: string): string[] {
  const builds = processIdsOf(directory).map((pid) => /sandbox\/run\.sh (\S+)/.exec(commandLine(pid))?.[1]);
  return [...new Set(builds.filter((build) => build !== undefined))];
}

/** Sends a signal to each that still runs; how many got it. */
export function killAll(pids: readonly number[], signal: NodeJS.Signals): number {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }).length;
}

/** Fails unless every byte of every artifact is right, and nothing had to be set aside. Answers how many artifacts there are. */
export async function assertStoreVerifies(projectDirectory: string): Promise<number> {
  let artifacts = 0;
  for await (const { entry, is, why } of verifyStore(projectDirectory)) {
    assert.equal(is, "artifact", `${entry} is ${is}: ${why}`);
    assert.equal(why, undefined, `${entry}: ${why}`);
    artifacts += 1;
  }
  return artifacts;
}
