import * as pulumi from "@pulumi/pulumi";
import { hostSourceProblem } from "../core/build/sources/host-sources.ts";
import { IronicImagesError } from "../core/errors.ts";
import { loadStack } from "../core/recipe/load.ts";
import type { StackModel } from "../core/recipe/model.ts";

/**
 * Reads and validates stack config and recipes before the first resource is registered.
 *
 * @throws pulumi.RunError with every mistake of all files, so that a preview shows them all at once
 */
export async function readStack(projectDirectory: string): Promise<StackModel> {
  try {
    const stack = await loadStack({ projectDirectory, stack: pulumi.getStack(), config: projectConfig() });
    for (const warning of stack.warnings) pulumi.log.warn(warning);
    const problem = stack.userImages.length === 0 ? undefined : hostSourceProblem(process.env, stack.build);
    if (problem !== undefined) pulumi.log.warn(`no image can be built on this machine as it is: ${problem}`);
    return stack;
  } catch (error) {
    if (error instanceof IronicImagesError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

// Every key of the project's namespace, so that a mistyped one is found.
function projectConfig(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), parsed(value)]));
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
