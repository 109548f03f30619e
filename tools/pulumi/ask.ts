import { execa } from "execa";

/** Where `pulumi` runs, and as whom. */
export interface PulumiPlace {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What a command of Pulumi printed, or what it said when it failed. */
export async function askPulumi(
  { directory, env }: PulumiPlace,
  args: readonly string[],
): Promise<{ readonly output: string } | { readonly said: string }> {
  const options = { cwd: directory, env, extendEnv: false, reject: false, stdin: "ignore" } as const;
  const result = await execa("pulumi", [...args, "--non-interactive", "--color", "never"], options);
  if (result.exitCode === 0) return { output: result.stdout };
  return { said: result.stderr || (result.originalMessage ?? "") };
}

/** `prod` of `organization/project/prod`: what the program knows as its stack's name. */
export function plainName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}
