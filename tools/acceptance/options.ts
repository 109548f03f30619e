import { parseArgs } from "node:util";
import { localStack } from "../environment.ts";

/** What `npm run acceptance` was asked for. */
export interface AcceptanceOptions {
  /** As Pulumi takes it. */
  readonly stack: string;
  /** Names in the stack's file; all if empty. */
  readonly images: readonly string[];
  /** Without machines. */
  readonly quick: boolean;
  /** Leave what Ironic and the machines wrote. */
  readonly keep: boolean;
  /** The conductor's account in clouds.yaml. */
  readonly conductor: string;
}

/** Throws node:util's own errors for what is not an option. */
export function acceptanceOptions(args: readonly string[]): AcceptanceOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stack: { type: "string", default: localStack },
      image: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      conductor: { type: "string", default: "ironic" },
    },
  });
  const { image: images, ...rest } = values;
  return { ...rest, images };
}
