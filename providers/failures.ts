import type { z } from "zod";

/** What a schema found, as the engine shows it: by property path. */
export function failuresOf(issues: z.core.$ZodIssue[] | undefined): { property: string; reason: string }[] {
  return (issues ?? []).map(({ path, message }) => ({ property: path.join("."), reason: message }));
}
