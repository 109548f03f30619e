import { z } from "zod";
import { quoted } from "./text.ts";

/** Where in a file's data something is, e.g. `["elements", 1]`. */
export type Path = readonly PropertyKey[];

/** One mistake: where in a file's data, what is wrong, and what to do. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** The part of a value that is right, and what is wrong with the rest. */
export interface Checked<T> {
  /** Fields without a mistake. */
  readonly fields: Partial<T>;
  /** All of it, if there is no mistake. */
  readonly value?: T;
  readonly problems: readonly Problem[];
}

/** Checks a mapping field by field, so that a mistake in one hides no mistake in another. */
export function checkFields<T>(schema: z.ZodObject<z.ZodRawShape> & z.ZodType<T>, raw: unknown): Checked<T> {
  const result = schema.safeParse(raw, { reportInput: true });
  const lost = lostKeys(raw);
  if (result.success && lost.length === 0) return { fields: result.data, value: result.data, problems: [] };
  const issues = result.error?.issues ?? [];
  const problems = [...issues.flatMap((issue) => describe(issue, schema)), ...lost];
  const wrong = new Set(problems.map(({ path }) => path[0]));
  const fields: Record<string, unknown> = {};
  if (isMapping(raw)) {
    for (const name of Object.keys(schema.shape))
      if (!wrong.has(name) && raw[name] !== undefined) fields[name] = raw[name];
  }
  return { fields: fields as Partial<T>, problems };
}

// JavaScript and zod pass over a key of this name without a word. No field is as deep as the limit.
function lostKeys(raw: unknown, path: Path = []): Problem[] {
  if (typeof raw !== "object" || raw === null || path.length > 20) return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    const at = [...path, Array.isArray(raw) ? Number(key) : key];
    return key === "__proto__" ? [{ path: at, message: "no key has this name: leave it out" }] : lostKeys(value, at);
  });
}

/** Whether the value is a YAML mapping or JSON object. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `elements[1]`, `userImages.my-image.visibility`, `properties["a.b"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      if (!/^[A-Za-z0-9_-]+$/.test(name)) return `[${quoted(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

/** ", did you mean …?" for the nearest of the known names, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  if (name.length > 255) return "";
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best === undefined ? "" : `, did you mean ${best}?`;
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown key${didYouMean(key, known) || `, known are ${known.join(", ")}`}`,
      }));
    }
    case "invalid_type":
      return [{ path, message: typeMessage(issue) }];
    case "invalid_value": {
      const values = issue.values.map(String).join(", ");
      return [
        {
          path,
          message:
            issue.input === undefined
              ? `is required: one of ${values}`
              : `must be one of ${values}, not ${quoted(issue.input)}`,
        },
      ];
    }
    case "too_small":
      // Of these only emptiness is too small.
      if (issue.origin === "array" || issue.origin === "string")
        return [
          { path, message: `is empty: give ${issue.origin === "array" ? "at least one" : "text"}, or leave it out` },
        ];
      return [{ path, message: `must be at least ${issue.minimum}, not ${quoted(issue.input)}` }];
    case "too_big":
      return [
        {
          path,
          message:
            issue.origin === "string" && !issue.message.startsWith("Too big")
              ? issue.message
              : `must be at most ${issue.maximum}`,
        },
      ];
    default:
      return [{ path, message: issue.message }];
  }
}

function typeMessage(issue: z.core.$ZodIssueInvalidType): string {
  const wanted: Readonly<Record<string, string>> = {
    string: "text",
    int: "a whole number",
    number: "a number",
    array: "a list",
    object: "a mapping",
    record: "a mapping",
  };
  const what = wanted[issue.expected] ?? issue.expected;
  const input = issue.input;
  if (input === undefined) return `is required: give ${what}`;
  if (input === null) return `is empty: give ${what}, or leave the key out`;
  if (issue.expected === "string" && (typeof input === "number" || typeof input === "boolean")) {
    return `must be text, and ${String(input)} is a ${typeof input}: write it in quotes`;
  }
  // A value that was put where its name belongs.
  if (issue.path.includes("secretEnvironment")) return `must be ${what}`;
  return `must be ${what}, not ${quoted(input)}`;
}

/** Keys that the mapping at the path may have. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  let at: unknown = schema;
  const unwrap = () => {
    while (at instanceof z.ZodOptional) at = at.unwrap();
  };
  for (const part of path) {
    unwrap();
    if (at instanceof z.ZodObject) at = at.shape[String(part)];
  }
  unwrap();
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
