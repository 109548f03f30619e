import { z } from "zod";
import { failuresOf } from "../failures.ts";

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
  return failuresOf(inputs.safeParse(candidate).error?.issues);
}
