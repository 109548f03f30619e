import { join } from "node:path";
import { execa } from "execa";
import type { DetectedFormat } from "../../../../core/inspect/detect.ts";
import { cacheDirectory } from "../../../../tools/paths.ts";
import { ensureVirtualenv } from "../../../../tools/python/virtualenv.ts";

/** A file, or what becomes of it by these changes: offset and hexadecimal digits. */
export interface OsloCase {
  readonly path: string;
  readonly changes?: readonly (readonly [number, string])[];
  /** Bytes that are left. */
  readonly size?: number;
}

/** What `oslo.utils` says of a file. */
export interface OsloVerdict {
  /** Its names; `raw` if it knows nothing. */
  readonly formats: readonly string[];
  /** Of a single format: names of the checks that fail. */
  readonly failures: readonly string[];
}

/** Asks the `oslo.utils` of the local cloud's virtualenv: the one that its Glance uses. */
export async function osloVerdicts(cases: readonly OsloCase[]): Promise<OsloVerdict[]> {
  const virtualenv = await ensureVirtualenv({ name: "cloud", cacheDirectory: cacheDirectory() });
  const python = join(virtualenv, "bin/python");
  const { stdout } = await execa(python, ["-I", join(import.meta.dirname, "oslo-verdicts.py")], {
    input: cases.map((one) => `${JSON.stringify(one)}\n`).join(""),
  });
  return stdout.split("\n").map((line) => JSON.parse(line) as OsloVerdict);
}

/** Our names of formats in the words of oslo.utils, which has one for both kinds of partition table. */
export function inOsloWords(formats: readonly DetectedFormat[]): string[] {
  const words = formats.map((format) => (format === "mbr" ? "gpt" : format));
  return words.length === 0 ? ["raw"] : words.sort();
}

/** Whether Glance and Ironic let a file pass that is declared to be of this format. */
export function osloAccepts({ formats, failures }: OsloVerdict, declared: "qcow2" | "raw"): boolean {
  const [format] = formats;
  if (formats.length !== 1 || format === undefined || failures.length > 0) return false;
  return declared === "raw" ? ["raw", "gpt", "luks"].includes(format) : format === "qcow2";
}
