import { parseArgs } from "node:util";
import { IronicImagesError } from "../../core/errors.ts";
import { usageOf } from "../bootstrap/help.mjs";

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  /** In the order of the table; all if none was named. */
  readonly names: readonly string[];
  /** Pairs of each measurement; undefined: as many as each takes by itself. */
  readonly pairs: number | undefined;
  /** File of results; undefined: the project's own, with its page. */
  readonly json: string | undefined;
}

/** @throws IronicImagesError `usage`; node:util's own errors for what is no option */
export function benchOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { pairs: { type: "string" }, json: { type: "string" } },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw usage(`there is no bench ${unknown}; there are ${known.join(", ")}`);
  const pairs = values.pairs === undefined ? undefined : Number(values.pairs);
  if (pairs !== undefined && !(Number.isInteger(pairs) && pairs >= 1 && pairs <= 100))
    throw usage("--pairs takes a number from 1 to 100");
  const names = positionals.length === 0 ? known : known.filter((name) => positionals.includes(name));
  return { names, pairs, json: values.json };
}

function usage(problem: string): IronicImagesError {
  return new IronicImagesError("usage", `${problem}; ${usageOf("bench")}`);
}
