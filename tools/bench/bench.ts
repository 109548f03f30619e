import type { Measured } from "./result.ts";

/** What a measurement is given. */
export interface BenchContext {
  /** A directory of its own, emptied before and gone afterwards, in the file system of the project's artifacts. */
  readonly scratch: string;
  /** The project whose recipes and program are measured. */
  readonly project: string;
  readonly pairs: number;
  /** Ends the measurement. */
  readonly signal: AbortSignal;
  say(text: string): void;
  /** Path of a clouds.yaml: a Keystone and Glance that all measurements of this run share, started for the first that asks. */
  cloud(): Promise<string>;
  /** Directory of disk-image-create. */
  builder(): Promise<string>;
}

/** One measurement. */
export interface Bench {
  readonly title: string;
  /** Unless the caller says how many. */
  readonly pairs: number;
  run(context: BenchContext): Promise<Measured>;
}
