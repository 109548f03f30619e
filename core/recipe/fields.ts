import { z } from "zod";
import { textProblem, type TextRule } from "./text.ts";

/**
 * What a field decides. `content`: the image's bytes, so it is in the fingerprint. `cloud`: how the image is registered.
 * `build`: how a machine builds; neither the bytes nor any resource.
 */
export type Affects = "content" | "cloud" | "build";

/** What every field says about itself besides its description. */
export interface FieldFacts {
  readonly affects: Affects;
  /** Value of a field that is left out, as the reference shows it. */
  readonly fallback?: string | number | readonly string[];
}

/** Marks of all fields. A field of a schema that is not in here fails a test. */
export const fieldFacts = z.registry<FieldFacts>();

/** Marks and describes one field. The description becomes the reference and the editor's completion. */
export function field<S extends z.ZodType>(
  affects: Affects,
  description: string,
  schema: S,
  fallback?: FieldFacts["fallback"],
): S {
  const described = schema.describe(description);
  fieldFacts.add(described, fallback === undefined ? { affects } : { affects, fallback });
  return described;
}

/** Text under a rule. */
export function text(rule: TextRule): z.ZodString {
  return z
    .string()
    .regex(rule.pattern, { error: (issue) => textProblem(String(issue.input), rule) ?? `must ${rule.says}` })
    .max(rule.max, { error: (issue) => textProblem(String(issue.input), rule) ?? `at most ${rule.max} characters` });
}
