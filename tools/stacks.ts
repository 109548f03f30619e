import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { IronicImagesError } from "../core/errors.ts";
import { localStack } from "./environment.ts";
import { projectDirectory } from "./paths.ts";
import { plainName } from "./pulumi/ask.ts";

/** stacks/Pulumi.example.yaml is there to be copied. */
const template = "example";

/** Names of the stacks that have a file in stacks/, sorted. */
export function stackNames(project: string = projectDirectory): string[] {
  const directory = join(project, "stacks");
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return files
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .filter((name) => name !== template)
    .sort();
}

/**
 * Refuses a stack that has no file in stacks/.
 * @param stack as Pulumi takes it
 * @throws IronicImagesError `unknown-stack`, with the stacks that there are
 */
export function requireStackFile(stack: string, project: string = projectDirectory): void {
  const name = plainName(stack);
  if (existsSync(join(project, `stacks/Pulumi.${name}.yaml`))) return;
  throw unknownStack(name, project);
}

/** The error for a stack without a file. */
export function unknownStack(name: string, project: string): IronicImagesError {
  const known = stackNames(project).join(", ") || "none";
  return new IronicImagesError(
    "unknown-stack",
    `--stack: there is no stacks/Pulumi.${name}.yaml; stacks: ${known} (a copy of stacks/Pulumi.${template}.yaml begins another)`,
  );
}

/** The command that publishes a stack's images, in backticks. */
export function publishCommand(stack: string): string {
  return stack === localStack ? "`npm start`" : `\`pulumi up --stack ${stack}\``;
}
