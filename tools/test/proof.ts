import { availableParallelism, release, totalmem, type } from "node:os";

/** What a full run proves: its outcome, and of which state of the sources. */
export interface ProofFacts {
  readonly commit: string;
  /** Nothing in the work tree differed from the commit. */
  readonly clean: boolean;
  readonly date: Date;
  /** What the test runner printed. */
  readonly output: string;
}

/** The page for docs/proof/: machine, commit and the runner's own lines. */
export function proofPage({ commit, clean, date, output }: ProofFacts): string {
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return [
    "# The full tests, as they ended",
    "",
    `Command: \`npm run test:full\`  `,
    `Commit: ${commit}${clean ? "" : ", with changes in the work tree"}  `,
    `Date: ${date.toISOString()}  `,
    `Machine: ${availableParallelism()} cores, ${gibibytes} GiB, ${type()} ${release()}, Node ${process.version}`,
    "",
    "```",
    output.trimEnd(),
    "```",
    "",
  ].join("\n");
}
