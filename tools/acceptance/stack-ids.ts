import { z } from "zod";
import { IronicImagesError } from "../../core/errors.ts";
import { publishCommand } from "../stacks.ts";

const pairSchema = z.object({ kernelId: z.string(), ramdiskId: z.string(), buildId: z.string() });
const imageSchema = z.object({
  imageId: z.string(),
  kernelId: z.string().optional(),
  ramdiskId: z.string().optional(),
  buildId: z.string(),
});
const outputsSchema = z.object({
  userImages: z.record(z.string(), imageSchema),
  deployImages: z.record(z.string(), pairSchema).default({}),
});

/** A published user image, as the stack exports it; with kernel and ramdisk it is a partition image. */
export type StackImage = Readonly<z.infer<typeof imageSchema>> & { readonly key: string };
/** A published pair of deploy images. */
export type DeployPair = Readonly<z.infer<typeof pairSchema>>;

/** What is accepted, and with what. */
export interface StackIds {
  readonly images: readonly StackImage[];
  readonly deploy: DeployPair;
}

/** Machines of QEMU have this architecture. */
const architecture = "amd64";

/**
 * The ids that a stack exports (index.ts).
 *
 * @param outputs of `pulumi stack output --json`
 * @param wanted names of images in the stack's file; all if empty
 * @throws IronicImagesError `no-ids`, `unknown-image`, `no-deploy-images`
 */
export function stackIds(outputs: unknown, stack: string, wanted: readonly string[]): StackIds {
  const parsed = outputsSchema.safeParse(outputs);
  if (!parsed.success)
    throw new IronicImagesError(
      "no-ids",
      `stack ${stack} exports no ids of published images; ${publishCommand(stack)} makes them`,
    );
  const { userImages, deployImages } = parsed.data;
  const known = Object.keys(userImages).join(", ") || "none";
  const keys = wanted.length === 0 ? Object.keys(userImages) : [...new Set(wanted)];
  const images = keys.map((key) => {
    const ids = userImages[key];
    if (ids === undefined)
      throw new IronicImagesError("unknown-image", `--image: stack ${stack} exports no image ${key}; it has ${known}`);
    return { key, ...ids };
  });
  const deploy = deployImages[architecture];
  if (images.length === 0) throw new IronicImagesError("no-ids", `stack ${stack} publishes no user image`);
  if (deploy === undefined)
    throw new IronicImagesError(
      "no-deploy-images",
      `stack ${stack} publishes no deploy images for ${architecture}, and without them Ironic deploys nothing; add them under ironic-images:deployImages`,
    );
  return { images, deploy };
}
