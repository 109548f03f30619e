import { z } from "zod";
import { field, text } from "./fields.ts";
import type { Problem } from "./problems.ts";
import * as rule from "./text.ts";

/** Who may see an image. */
export const visibility = z.enum(["private", "shared", "community", "public"]);

/** Fields of user and deploy images alike that say how they are published. */
export const publicationFields = {
  members: field(
    "cloud",
    "With `visibility: shared`: ids of the projects that may use the images, kernel and ramdisk included. A project finds them in its lists when it has accepted the membership.",
    z.array(text(rule.projectId)).optional(),
  ),
  protected: field(
    "cloud",
    "Glance's guard against deletion by anybody. Pulumi takes it away from what it deletes itself.",
    z.boolean().optional(),
    "false",
  ),
  hideKernelAndRamdisk: field(
    "cloud",
    "Leave kernel and ramdisk out of lists of images (`os_hidden`). By their ids they stay usable.",
    z.boolean().optional(),
    "false",
  ),
};

/** The same fields, resolved: what is not wanted is left out. */
export interface PublicationSettings {
  readonly members?: readonly string[];
  readonly protected?: true;
  readonly hideKernelAndRamdisk?: true;
}

/** Those fields as they are written, with the visibility that they depend on. */
export type PublicationFile = {
  readonly [K in keyof typeof publicationFields]?: z.infer<(typeof publicationFields)[K]> | undefined;
} & { readonly visibility?: z.infer<typeof visibility> | undefined };

/** Leaves out what is not wanted. */
export function resolvePublication({ members, hideKernelAndRamdisk, ...file }: PublicationFile): PublicationSettings {
  return {
    ...(members === undefined || members.length === 0 ? {} : { members: members.map(normalized) }),
    ...(file.protected === true ? { protected: true } : {}),
    ...(hideKernelAndRamdisk === true ? { hideKernelAndRamdisk } : {}),
  };
}

/**
 * What the schema of one field cannot see.
 *
 * @param hasKernel false for a whole-disk image
 */
export function checkPublication(
  { visibility: given = "private", members = [], hideKernelAndRamdisk }: PublicationFile,
  hasKernel: boolean,
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  if (members.length > 0 && given !== "shared") {
    const message = `are of shared images, and these are ${given}: say visibility: shared, or leave the key out`;
    problems.push({ path: ["members"], message });
  }
  const ids = members.map(normalized);
  const repeated = ids.findIndex((id, index) => ids.indexOf(id) < index);
  if (repeated !== -1)
    problems.push({ path: ["members", repeated], message: `${members[repeated]} stands here twice: leave one out` });
  if (given === "shared" && members.length === 0) {
    const message = "shared with nobody: name the projects in members";
    warnings.push({ path: ["visibility"], message });
  }
  if (hideKernelAndRamdisk !== undefined && !hasKernel) {
    const message = "is for partition images: a whole-disk image has no kernel and ramdisk, leave the key out";
    problems.push({ path: ["hideKernelAndRamdisk"], message });
  }
  return { problems, warnings };
}

function normalized(id: string): string {
  return id.toLowerCase();
}
