import { z } from "zod";
import { median } from "./statistics.ts";

/** One line of the table: what ours took, run by run, and beside it the plain alternative of the same pair. */
const rowSchema = z.object({
  what: z.string(),
  /** `s`, `ms`, `ms per image`, `MiB`, `KiB`. */
  unit: z.string(),
  ours: z.array(z.number()).min(1),
  /** The plain alternative: how it is called, and its figures, one for each of ours. */
  plain: z.object({ tool: z.string(), figures: z.array(z.number()).min(1) }).optional(),
  /** What the target is about: ours in times of plain, ours less plain, or ours alone. */
  compare: z.enum(["ratio", "difference", "value"]),
  /** The most that it may be; absent where it is only told. */
  target: z.number().optional(),
});

/** Where the seconds of one build went, in the order in which they passed. */
const stagesSchema = z.array(z.object({ stage: z.string(), seconds: z.number() }));

/** What one measurement found. */
export const resultSchema = z.object({
  /** ISO 8601, UTC. */
  date: z.string(),
  /** How it was called. */
  command: z.string(),
  commit: z.string().optional(),
  machine: z.string(),
  /** Load average of the minute before, to tell a quiet machine. */
  load: z.number(),
  rows: z.array(rowSchema),
  /** Of builds: a build of each, for the chart. */
  stages: z.object({ plain: stagesSchema, ours: stagesSchema }).optional(),
});

export type Row = z.infer<typeof rowSchema>;
export type Stages = z.infer<typeof stagesSchema>;
export type BenchResult = z.infer<typeof resultSchema>;

/** What a measurement returns; the rest is of the run. */
export type Measured = Pick<BenchResult, "rows" | "stages">;

/**
 * What is held against the target: the median over the pairs, not a quotient of medians, so that a machine that gets slower
 * meanwhile changes nothing.
 */
export function comparison({ ours, plain, compare }: Pick<Row, "ours" | "plain" | "compare">): number {
  const pairs = ours.map((value, index) => [value, plain?.figures[index] ?? NaN] as const);
  if (compare === "ratio") return median(pairs.map(([one, other]) => one / other));
  if (compare === "difference") return median(pairs.map(([one, other]) => one - other));
  return median(ours);
}

/** Undefined where there is no target. */
export function isMet(row: Row): boolean | undefined {
  return row.target === undefined ? undefined : comparison(row) <= row.target;
}
