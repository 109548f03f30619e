import { join } from "node:path";
import { IronicImagesError } from "../../errors.ts";
import { treeDigest } from "../../recipe/element-tree.ts";
import { hooksDigest, hooksOf } from "../../recipe/fingerprint.ts";
import type { BuilderJob } from "../job.ts";

/**
 * What is about to be built from is what was previewed.
 * @param elements directory with the copies of the project's elements
 * @throws IronicImagesError `element-changed`
 */
export function checkElements(job: BuilderJob, elements: string): void {
  const changed = Object.entries(job.inputs.elementDigests)
    .filter(([name, digest]) => treeDigest(join(elements, name)) !== digest)
    .map(([name]) => `elements/${name}`);
  if (hooksDigest(hooksOf(job.inputs)) !== job.inputs.hooksDigest) changed.push("the program's own hooks");
  if (changed.length === 0) return;
  throw new IronicImagesError(
    "element-changed",
    `${changed.join(", ")} changed between preview and build, so ${job.name} was not built; preview again`,
  );
}
