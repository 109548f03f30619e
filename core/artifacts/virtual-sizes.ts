import type { ArtifactSources, ContentFacts, FileFinding } from "../inspect/artifact.ts";
import { artifactFileRoles } from "./names.ts";
import type { ArtifactFileRole, ArtifactRecord } from "./record.ts";

/** Bytes, as in the record's `virtualSize`. */
export type VirtualSizes = Partial<Record<ArtifactFileRole, number>>;

/**
 * What the bytes of an artifact say of its virtual sizes.
 * @param facts those of the headers leave out what a deploy ramdisk unpacks to
 */
export function virtualSizesOf(
  { inputs }: Pick<ArtifactRecord, "inputs">,
  sources: ArtifactSources,
  facts: Pick<ContentFacts, "image" | "initramfs">,
): VirtualSizes {
  // Of a ramdisk what counts is the node's memory, which is what deploy images are measured by.
  const ramdisk = "diskFormat" in inputs ? sources.ramdisk?.size : facts.initramfs?.unpackedSize;
  return {
    ...(facts.image && { image: facts.image.virtualSize }),
    ...(sources.kernel && { kernel: sources.kernel.size }),
    ...(ramdisk !== undefined && { ramdisk }),
  };
}

/** A record that says otherwise than the bytes: limits and `min_disk` are decided by it, so nothing in it is believed. */
export function sizeFindings(recorded: ArtifactRecord["files"], found: VirtualSizes): FileFinding[] {
  return artifactFileRoles.flatMap((role) => {
    const [said, is] = [recorded[role]?.virtualSize, found[role]];
    if (said === undefined || is === undefined || said === is) return [];
    const message = `its virtualSize is ${is} bytes, and the record says ${said}: the record is not of these bytes; build the artifact again`;
    return [{ role, rule: "record-virtual-size", severity: "error", message }];
  });
}
