import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { faultProofPath, type FaultProof } from "../docs/faults.ts";

/** Writes docs/proof/faults.json from what fault-reporter.ts counted. */
export async function writeFaultProof(
  projectDirectory: string,
  countedFile: string,
  { commit, clean, date }: { readonly commit: string; readonly clean: boolean; readonly date: Date },
): Promise<void> {
  const outcomes = JSON.parse(await readFile(countedFile, "utf8")) as FaultProof["outcomes"];
  const proof: FaultProof = { commit, clean, date: date.toISOString(), outcomes };
  const file = path.join(projectDirectory, faultProofPath);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(proof, undefined, 2)}\n`);
}
