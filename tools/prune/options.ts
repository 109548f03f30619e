import { parseArgs } from "node:util";
import { IronicImagesError } from "../../core/errors.ts";
import { usageOf } from "../bootstrap/help.mjs";

/** What `npm run prune` was asked for. */
export interface PruneOptions {
  /** As Pulumi takes it: `STACK`, or `ORGANIZATION/PROJECT/STACK`. */
  readonly stack: string;
  /** Delete without asking. */
  readonly yes: boolean;
  /** List only. */
  readonly dryRun: boolean;
  /** Delete also what is protected. */
  readonly unprotect: boolean;
  /** A cloud of clouds.yaml whose credentials read Ironic's nodes, where those of the stack may not. */
  readonly nodesCloud?: string;
}

const usage = usageOf("prune");

/**
 * @param isTerminal whether somebody is there to be asked
 * @throws IronicImagesError `usage`, `not-confirmed` (nobody to ask, and no `--yes`)
 */
export function pruneOptions(args: readonly string[], isTerminal: boolean): PruneOptions {
  const { stack, yes, unprotect, "dry-run": dryRun, "nodes-cloud": nodesCloud } = parsed(args);
  if (!stack) throw new IronicImagesError("usage", `--stack is missing: ${usage}`);
  if (yes && dryRun) throw new IronicImagesError("usage", `--yes and --dry-run exclude each other: ${usage}`);
  if (!yes && !dryRun && !isTerminal)
    throw new IronicImagesError(
      "not-confirmed",
      "there is no terminal to ask on: look with --dry-run, delete with --yes",
    );
  return { stack, yes, dryRun, unprotect, ...(nodesCloud ? { nodesCloud } : {}) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        stack: { type: "string" },
        yes: { type: "boolean", default: false },
        unprotect: { type: "boolean", default: false },
        "dry-run": { type: "boolean", default: false },
        "nodes-cloud": { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new IronicImagesError("usage", `${(error as Error).message.split(".")[0]}: ${usage}`);
  }
}
