import { loadavg } from "node:os";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { createReport } from "../report.ts";
import { textTable } from "../text.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { rowCells, rowTitles } from "./figures.ts";
import { machineText } from "./machine.ts";
import type { BenchResult } from "./result.ts";

/** What is run, and where. */
export interface BenchRun {
  readonly benches: readonly (readonly [string, Bench])[];
  readonly pairs: number | undefined;
  /** As somebody types it. */
  readonly command: string;
  readonly signal: AbortSignal;
  /** What all measurements share, and each one's own directory. */
  readonly context: Omit<BenchContext, "scratch" | "pairs" | "signal" | "say">;
  directory(name: string): Promise<string>;
  /** Called after each, so that what was measured stays when the next one is interrupted. */
  onResult(name: string, result: BenchResult): Promise<void>;
}

/** How each ended: its result, or why there is none. */
export type BenchOutcome = { readonly name: string; readonly bench: Bench } & (
  { readonly result: BenchResult } | { readonly failure: string }
);

/**
 * Runs measurements one after the other. One that fails does not keep the others from running.
 * @throws the signal's reason
 */
export async function runBenches(run: BenchRun): Promise<BenchOutcome[]> {
  const report = createReport();
  const outcomes: BenchOutcome[] = [];
  for (const [name, bench] of run.benches) {
    run.signal.throwIfAborted();
    const load = loadavg()[0] ?? 0;
    try {
      const measured = await report.step(`${name}: ${bench.title}`, async ({ say }) => {
        const scratch = await run.directory(name);
        return bench.run({ ...run.context, scratch, pairs: run.pairs ?? bench.pairs, signal: run.signal, say });
      });
      const result = {
        date: new Date().toISOString(),
        command: run.command,
        ...(await commit(run.context.project)),
        machine: machineText(),
        load: Math.round(load * 100) / 100,
        ...measured,
      };
      outcomes.push({ name, bench, result });
      await run.onResult(name, result);
    } catch (error) {
      run.signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
      report.note(error.message);
      outcomes.push({ name, bench, failure: error instanceof IronicImagesError ? error.summary : error.message });
    }
  }
  return outcomes;
}

/** The table for a terminal. */
export function outcomesText(outcomes: readonly BenchOutcome[]): string {
  return outcomes
    .map((outcome) => {
      const title = `${outcome.name}: ${outcome.bench.title}`;
      if ("failure" in outcome) return `${title}\nfailed: ${outcome.failure}`;
      return `${title}\n${textTable([rowTitles.map((cell) => cell.toUpperCase()), ...outcome.result.rows.map(rowCells)])}`;
    })
    .join("\n\n");
}

/** What a bench writes itself is no change of what it measures. */
const notOurs = [".", ":!docs/performance.*", ":!docs/scale.md"];

/** With a mark where the work tree has changes; empty where there is no repository. */
async function commit(project: string): Promise<{ commit?: string }> {
  const git = (...args: string[]) => execa("git", args, { cwd: project, reject: false });
  const [head, changes] = await Promise.all([
    git("rev-parse", "--short=12", "HEAD"),
    git("status", "--porcelain", "--", ...notOurs),
  ]);
  if (head.exitCode !== 0) return {};
  return { commit: `${head.stdout}${changes.stdout === "" ? "" : ", with changes"}` };
}
