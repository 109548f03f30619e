import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { readCloud } from "../../core/openstack/clouds.ts";
import { glanceClient } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { localStack, stackProcessEnvironment } from "../environment.ts";
import { localPaths } from "../paths.ts";

/** The program's exports, see index.ts. */
const pair = z.object({ kernelId: z.string(), ramdiskId: z.string() });
const outputsSchema = z.object({
  userImages: z.record(
    z.string(),
    z.object({ imageId: z.string(), kernelId: z.string().optional(), ramdiskId: z.string().optional() }),
  ),
  deployImages: z.record(z.string(), pair).default({}),
});

/** One registered image, or a pair of deploy images, as Glance tells it. */
export interface RegisteredImage {
  readonly name: string;
  readonly kind: "partition" | "whole-disk" | "deploy";
  /** Of a user image. */
  readonly imageId: string | undefined;
  readonly kernelId: string | undefined;
  readonly ramdiskId: string | undefined;
  /** Bytes of the user image or of the deploy ramdisk; undefined if Glance has no data of it. */
  readonly size: number | undefined;
  readonly status: string;
}

/** Reads the ids from the stack `local`, and the rest from its Glance. */
export async function registeredImages(project: string): Promise<RegisteredImage[]> {
  const env = stackProcessEnvironment(localStack, process.env, project);
  const { stdout } = await execa(
    join(localPaths(project).bin, "pulumi"),
    ["stack", "output", "--json", "--stack", localStack],
    { cwd: project, env, extendEnv: false, stdin: "ignore" },
  );
  const { userImages, deployImages } = outputsSchema.parse(JSON.parse(stdout));
  const glance = glanceClient(await authenticate(await readCloud(localStack, { environment: env, directories: [] })));
  const rows = [
    ...Object.entries(userImages).map(([key, { imageId, kernelId, ramdiskId }]) => {
      const kind = kernelId === undefined ? ("whole-disk" as const) : ("partition" as const);
      return { key, kind, shown: imageId, imageId, kernelId, ramdiskId };
    }),
    ...Object.entries(deployImages).map(([key, { kernelId, ramdiskId }]) => {
      return { key, kind: "deploy" as const, shown: ramdiskId, imageId: undefined, kernelId, ramdiskId };
    }),
  ];
  return Promise.all(
    rows.map(async ({ key, shown, ...ids }) => {
      const image = await glance.get(shown);
      return {
        ...ids,
        name: typeof image?.name === "string" ? image.name : key,
        size: image?.size ?? undefined,
        status: image?.status ?? "missing",
      };
    }),
  );
}
