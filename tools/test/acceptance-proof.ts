import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { resultText, type ImageResult } from "../acceptance/result.ts";

/** One acceptance that a test ran, by its title on the page. */
export interface AcceptanceNote {
  readonly title: string;
  /** ISO 8601. */
  readonly finishedAt: string;
  readonly images: readonly ImageResult[];
}

/** Where and of what an acceptance ran. */
export interface AcceptanceProof extends Omit<AcceptanceNote, "title"> {
  readonly commit: string;
  /** Nothing in the work tree differed from the commit. */
  readonly clean: boolean;
  readonly machine: string;
}

export type AcceptanceProofs = Readonly<Record<string, AcceptanceProof>>;

/** Lays the acceptances of a run, one JSON object a line, over those that are known; sorted by title. */
export function mergeAcceptances(
  known: AcceptanceProofs,
  notes: string,
  where: Pick<AcceptanceProof, "commit" | "clean" | "machine">,
): AcceptanceProofs {
  const lines = notes.split("\n").filter((line) => line !== "");
  const run = lines.map((line) => {
    const { title, finishedAt, images } = JSON.parse(line) as AcceptanceNote;
    return [title, { ...where, finishedAt, images: images.map(withoutPlaces) }] as const;
  });
  const all = { ...known, ...Object.fromEntries(run) };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => a.localeCompare(b)));
}

/** Directories of a test are gone by now, and nobody's business. */
function withoutPlaces({ failure, ...rest }: ImageResult): ImageResult {
  return failure === undefined ? rest : { ...rest, failure: { ...failure, logs: "(of the test)" } };
}

/** The page for docs/proof/: what each command answered. */
export function acceptancePage(proofs: AcceptanceProofs): string {
  const sections = Object.entries(proofs).map(([title, { commit, clean, machine, finishedAt, images }]) =>
    [
      `## ${title}`,
      "",
      `Commit: ${commit}${clean ? "" : ", with changes in the work tree"}  `,
      `Date: ${finishedAt}  `,
      `Machine: ${machine}; its machines ${accelerators(images)}`,
      "",
      "```",
      resultText(images),
      "```",
      "",
    ].join("\n"),
  );
  const head = [
    "# What a real Ironic did with our images",
    "",
    "Written by `npm run test:full`, from the results of `npm run acceptance` in its tests: see [acceptance.md](../acceptance.md) for what the columns mean.",
    "Other tests ran at the same time, so the times are longer than on an idle machine.",
    "",
  ].join("\n");
  return [head, ...sections].join("\n");
}

function accelerators(images: readonly ImageResult[]): string {
  const used = [...new Set(images.flatMap(({ accelerator }) => accelerator ?? []))];
  if (used.length === 0) return "were not started";
  return used.includes("tcg") ? "were emulated, without KVM" : "ran with KVM";
}

/** Writes what tests noted to docs/proof/acceptance.json, and the page of it. */
export function writeAcceptanceProof(
  projectDirectory: string,
  notesFile: string,
  sources: Pick<AcceptanceProof, "commit" | "clean">,
): void {
  if (!existsSync(notesFile)) return;
  const file = join(projectDirectory, "docs/proof/acceptance.json");
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as AcceptanceProofs) : {};
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
  const proofs = mergeAcceptances(known, readFileSync(notesFile, "utf8"), { ...sources, machine });
  writeFileSync(file, `${JSON.stringify(proofs, undefined, 2)}\n`);
  writeFileSync(join(projectDirectory, "docs/proof/acceptance.md"), acceptancePage(proofs));
}
