import { z } from "zod";
import type { ImageIds } from "./shell-names.ts";

const exportSchema = z.object({
  deployment: z.object({
    resources: z.array(z.object({ id: z.string().optional(), delete: z.boolean().optional() })).nullish(),
  }),
});

/**
 * Which ids the next `up` deletes, or are gone: after an `up` that did not finish, Pulumi still exports what was before.
 *
 * @param exported what `pulumi stack export` printed
 */
export function goingIds(images: readonly Partial<ImageIds>[], exported: string): string[] {
  const { resources } = exportSchema.parse(JSON.parse(exported)).deployment;
  const staying = new Set((resources ?? []).filter((resource) => resource.delete !== true).map(({ id }) => id));
  const ids = images.flatMap(({ kernelId, ramdiskId, imageId }) => [kernelId, ramdiskId, imageId]);
  return ids.filter((id) => id !== undefined && !staying.has(id)) as string[];
}
