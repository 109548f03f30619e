import { parseArgs } from "node:util";
import { IronicImagesError } from "../../core/errors.ts";

/** Whose states count, besides those of all stacks of this project in the backend. */
export interface StateOptions {
  /** As Pulumi takes them. */
  readonly stacks: readonly string[];
  /** Files that `pulumi stack export` wrote. */
  readonly stateFiles: readonly string[];
}

/** What `npm run store` was asked for. */
export type StoreOptions =
  | { readonly command: "verify" }
  | { readonly command: "import"; readonly directory: string }
  | ({ readonly command: "ls" } & StateOptions)
  | ({ readonly command: "gc" } & GcOptions);

/** What `store gc` was asked for. */
export interface GcOptions extends StateOptions {
  /** Plain names of stacks that have used the store and need nothing of it any more. */
  readonly without: readonly string[];
  readonly keepDays: number;
  /** Delete without asking. */
  readonly yes: boolean;
  /** List only. */
  readonly dryRun: boolean;
}

const defaultKeepDays = 7;

const usage = [
  "npm run store -- ls [--stack STACK]... [--state FILE]...",
  "npm run store -- verify",
  "npm run store -- import DIRECTORY (the one that holds artifact.json)",
  "npm run store -- gc [--stack STACK]... [--state FILE]... [--without STACK]... [--keep-days DAYS] [--dry-run | --yes]",
].join("\n");

/**
 * @param isTerminal whether somebody is there to be asked
 * @throws IronicImagesError `usage`, `not-confirmed` (nobody to ask, and no `--yes`)
 */
export function storeOptions(args: readonly string[], isTerminal: boolean): StoreOptions {
  const { values, positionals } = parsed(args);
  const [command, directory, ...more] = positionals;
  const {
    stack: stacks = [],
    state: stateFiles = [],
    without = [],
    "keep-days": days,
    yes,
    "dry-run": dryRun,
  } = values;
  const given = Object.keys(values);
  const allows = (...names: string[]) => given.every((name) => names.includes(name)) && more.length === 0;
  if (command === "import" && directory !== undefined && allows()) return { command, directory };
  if (directory === undefined) {
    if (command === "verify" && allows()) return { command };
    if (command === "ls" && allows("stack", "state")) return { command, stacks, stateFiles };
    if (command === "gc") {
      if (yes && dryRun) throw wrong("--yes and --dry-run exclude each other");
      const keepDays = daysOf(days);
      if (!yes && !dryRun && !isTerminal)
        throw new IronicImagesError(
          "not-confirmed",
          "there is no terminal to ask on: look with --dry-run, delete with --yes",
        );
      return {
        command,
        stacks,
        stateFiles,
        without,
        keepDays,
        yes: yes === true,
        dryRun: dryRun === true,
      };
    }
  }
  throw wrong("this is no command of the store");
}

function daysOf(text: string | undefined): number {
  if (text === undefined) return defaultKeepDays;
  if (!/^\d{1,5}$/.test(text)) throw wrong(`--keep-days ${text} is no number of days`);
  return Number(text);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stack: { type: "string", multiple: true },
        state: { type: "string", multiple: true },
        without: { type: "string", multiple: true },
        "keep-days": { type: "string" },
        yes: { type: "boolean" },
        "dry-run": { type: "boolean" },
      },
    });
  } catch (error) {
    throw wrong((error as Error).message.split(".")[0] ?? "");
  }
}

function wrong(why: string): IronicImagesError {
  return new IronicImagesError("usage", `${why}:`, usage);
}
