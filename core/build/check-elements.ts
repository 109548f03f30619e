import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IronicImagesError } from "../errors.ts";
import { treeDigest } from "../recipe/element-tree.ts";
import type { BuildJob } from "./job.ts";

const hooks = fileURLToPath(new URL("./hooks", import.meta.url));

/**
 * What is about to be built from is what was previewed.
 * @param elements directory with the copies of the project's elements
 * @throws IronicImagesError `element-changed`
 */
export function checkElements(job: BuildJob, elements: string, hooksDirectory = hooks): void {
  const changed = Object.entries(job.inputs.elementDigests)
    .filter(([name, digest]) => treeDigest(join(elements, name)) !== digest)
    .map(([name]) => `elements/${name}`);
  if (treeDigest(hooksDirectory) !== job.inputs.hooksDigest) changed.push("the program's own hooks");
  if (changed.length === 0) return;
  throw new IronicImagesError(
    "element-changed",
    `${changed.join(", ")} changed between preview and build, so ${job.name} was not built; preview again`,
  );
}
