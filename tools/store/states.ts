import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { StackState } from "../../core/artifacts/gc-plan.ts";
import type { StoreUser } from "../../core/artifacts/users.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { askPulumi, plainName, type PulumiPlace } from "../pulumi/ask.ts";
import { lastLines } from "../text.ts";
import type { StateOptions } from "./options.ts";

/** The states that could be read, and what could not. */
export interface KnownStates {
  readonly states: readonly StackState[];
  /** By plain name of the stack, or of the backend whose stacks could not be listed: why, with what Pulumi said. */
  readonly failures: readonly { readonly stack: string; readonly why: string }[];
}

const listSchema = z.array(z.object({ name: z.string() }));
const stateSchema = z.object({
  deployment: z.looseObject({ resources: z.array(z.looseObject({ urn: z.string() })).nullish() }),
});

/**
 * Reads the states of all stacks of the project in the backends (a place for each), of those given, and of those in files.
 * @throws IronicImagesError `unreadable-state` for a file that holds none
 */
export async function readStates(
  backends: readonly PulumiPlace[],
  { stacks, stateFiles }: StateOptions,
): Promise<KnownStates> {
  const states: StackState[] = [];
  const failures: { stack: string; why: string }[] = [];
  for (const file of stateFiles) states.push(stateOf(await readFile(file, "utf8"), file));
  for (const [index, backend] of backends.entries()) {
    const listed = await ask(backend, ["stack", "ls", "--json"]);
    if ("why" in listed) failures.push({ stack: "stacks that could not be listed", why: listed.why });
    const names = "why" in listed ? [] : listSchema.parse(JSON.parse(listed.output)).map(({ name }) => name);
    // A stack that was named is looked for where the user's own variables point to.
    const wanted = new Set([...names, ...(index === 0 ? stacks : [])]);
    for (const stack of wanted) {
      const exported = await ask(backend, ["stack", "export", "--stack", stack]);
      if ("why" in exported) failures.push({ stack: plainName(stack), why: exported.why });
      else states.push({ stack: plainName(stack), text: exported.output });
    }
  }
  return { states, failures };
}

/** In words, who may need anything: stacks whose state could not be read, and those that have used the store and have no state here. */
export function unknownUsers(
  { states, failures }: KnownStates,
  users: readonly StoreUser[],
  without: readonly string[],
  project: string,
): string[] {
  // A file can stand for a stack of the same name in another clone; the state in this clone's backend cannot.
  const left = states.map(({ stack }) => stack);
  const uncovered = [...users]
    .sort((a, b) => Number(b.project === project) - Number(a.project === project))
    .filter(({ stack }) => {
      const at = left.indexOf(stack);
      if (at >= 0) left.splice(at, 1);
      return at < 0 && !without.includes(stack);
    })
    .map(({ stack, project: from }) => (from === project ? `stack ${stack}` : `stack ${stack} of ${from}`));
  return [...failures.filter(({ stack }) => !without.includes(stack)).map(({ stack }) => stack), ...uncovered];
}

function stateOf(text: string, file: string): StackState {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = stateSchema.safeParse(json);
  const urn = parsed.data?.deployment.resources?.[0]?.urn;
  // urn:pulumi:STACK::PROJECT::TYPE::NAME
  const stack = urn === undefined ? undefined : /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
  if (stack !== undefined) return { stack, text };
  throw new IronicImagesError(
    "unreadable-state",
    `${file} holds no state of a stack with resources; make it with: pulumi stack export --file FILE`,
  );
}

async function ask(place: PulumiPlace, args: readonly string[]): Promise<{ output: string } | { why: string }> {
  const answer = await askPulumi(place, args);
  return "output" in answer ? answer : { why: `\`pulumi ${args.join(" ")}\`: ${lastLines(answer.said, 3)}` };
}
