import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { IronicImagesError } from "../../core/errors.ts";
import { resultSchema, type BenchResult } from "./result.ts";

const fileSchema = z.object({ schema: z.literal(1), results: z.record(z.string(), resultSchema) });

/** The latest result of each measurement, by its name. */
export type BenchResults = Readonly<Record<string, BenchResult>>;

/**
 * Nothing yet if there is no such file.
 * @throws IronicImagesError `bench-results-wrong`
 */
export function readResults(path: string): BenchResults {
  if (!existsSync(path)) return {};
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, "utf8"))).results;
  } catch (error) {
    throw new IronicImagesError(
      "bench-results-wrong",
      `${path} does not hold results of npm run bench; remove it, or name another file with --json`,
      String(error),
      { cause: error },
    );
  }
}

/** Puts a result in the place of the last one of the same measurement, and leaves the others. */
export async function addResult(path: string, name: string, result: BenchResult): Promise<BenchResults> {
  const results = { ...readResults(path), [name]: result };
  await writeFile(path, `${JSON.stringify({ schema: 1, results }, null, 2)}\n`);
  return results;
}
