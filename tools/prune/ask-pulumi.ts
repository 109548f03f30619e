import { z } from "zod";
import { IronicImagesError } from "../../core/errors.ts";
import { askPulumi, plainName, type PulumiPlace } from "../pulumi/ask.ts";
import { lastLines } from "../text.ts";
import { readState, type StackState } from "./state.ts";

/** The cloud that the stack's config names, as `Publication` reads it. */
export interface StackCloud {
  readonly cloud?: string;
  readonly region?: string;
}

const configSchema = z.record(z.string(), z.object({ value: z.string().optional(), secret: z.boolean().optional() }));
const historySchema = z.array(z.object({ kind: z.string() })).nullable();

/**
 * Reads a stack's state.
 *
 * @param stack as Pulumi takes it
 * @param project name of the Pulumi project
 * @throws IronicImagesError `no-state`, `never-deployed`, and those of `readState`
 */
export async function askState(place: PulumiPlace, stack: string, project: string): Promise<StackState> {
  const state = readState(await ask(place, ["stack", "export", "--stack", stack]), plainName(stack), project);
  if (state.hasResources) return state;
  // An empty state is what `pulumi destroy` leaves, and also what `pulumi stack init` makes in the wrong backend.
  const history = historySchema.parse(JSON.parse(await ask(place, ["stack", "history", "--json", "--stack", stack])));
  if (history?.some(({ kind }) => kind === "update")) return state;
  throw new IronicImagesError(
    "never-deployed",
    `stack ${stack} is empty and no \`pulumi up\` ever ran on it here, so nothing was deleted; is PULUMI_BACKEND_URL the right one?`,
  );
}

/**
 * Reads which cloud the stack's config names.
 * @throws IronicImagesError `no-state`, `cloud-config` (a name that is a secret)
 */
export async function askCloud(place: PulumiPlace, stack: string): Promise<StackCloud> {
  const config = configSchema.parse(JSON.parse(await ask(place, ["config", "--json", "--stack", stack])));
  const named = Object.fromEntries(
    ["cloud", "region"].flatMap((key) => {
      const { value, secret } = config[`openstack:${key}`] ?? {};
      if (secret === true)
        throw new IronicImagesError("cloud-config", `openstack:${key} of stack ${stack} is a secret; make it plain`);
      return value ? [[key, value]] : [];
    }),
  );
  return named as StackCloud;
}

async function ask(place: PulumiPlace, args: readonly string[]): Promise<string> {
  const answer = await askPulumi(place, args);
  if ("output" in answer) return answer.output;
  throw new IronicImagesError(
    "no-state",
    `\`pulumi ${args.join(" ")}\` failed, and without the stack's state nothing is deleted`,
    lastLines(answer.said),
  );
}
