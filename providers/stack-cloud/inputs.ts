import { z } from "zod";

const text = z.string().min(1);

const inputs = z.strictObject({
  cloud: z.string(),
  interface: z.enum(["public", "internal", "admin"]).optional(),
  region: text.optional(),
  projectId: text.optional(),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
});

/** The resolved inputs of a stack's cloud, `__provider` apart; nothing of them is ever unknown. */
export type StackCloudInputs = z.infer<typeof inputs>;

/** What is wrong with inputs, by property path. */
export function inputFailures(candidate: unknown): { property: string; reason: string }[] {
  const parsed = inputs.safeParse(candidate);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => ({ property: path.join("."), reason: message }));
}
