import { z } from "zod";
import { failuresOf } from "../failures.ts";

const inputs = z.strictObject({
  name: z.string().min(1),
  artifact: z.string().min(1),
  fingerprint: z.string().min(1),
  // In a preview it can be the SDK's word for what is not known yet.
  buildId: z.string().min(1),
  firmware: z.enum(["bios", "uefi", "direct"]),
  settings: z.strictObject({
    marker: z.string().min(1).exactOptional(),
    silenceSeconds: z.int().positive(),
    limitSeconds: z.int().positive(),
    memoryMiB: z.int().positive(),
    processors: z.int().positive(),
    network: z.enum(["none", "isolated"]),
    kernelArguments: z.array(z.string().min(1)),
  }),
});

/** The resolved inputs of a boot test, `__provider` apart. */
export type BootTestInputs = z.infer<typeof inputs>;

/** What is wrong with inputs, by property path. */
export function inputFailures(candidate: unknown): { property: string; reason: string }[] {
  return failuresOf(inputs.safeParse(candidate).error?.issues);
}
