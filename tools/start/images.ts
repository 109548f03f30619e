import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { readCloud } from "../../core/openstack/clouds.ts";
import { glanceClient } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { localStack, stackProcessEnvironment } from "../environment.ts";
import { localPaths } from "../paths.ts";

/** The program's exports, see index.ts. */
const outputsSchema = z.object({
  userImages: z.record(
    z.string(),
    z.object({ imageId: z.string(), kernelId: z.string().optional(), ramdiskId: z.string().optional() }),
  ),
});

/** One registered image, as Glance tells it. */
export interface RegisteredImage {
  readonly name: string;
  readonly kind: "partition" | "whole-disk";
  readonly imageId: string;
  readonly kernelId: string | undefined;
  readonly ramdiskId: string | undefined;
  /** Bytes; undefined if Glance has no data of it. */
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
  const { userImages } = outputsSchema.parse(JSON.parse(stdout));
  const glance = glanceClient(await authenticate(await readCloud(localStack, { environment: env, directories: [] })));
  return Promise.all(
    Object.entries(userImages).map(async ([key, { imageId, kernelId, ramdiskId }]) => {
      const image = await glance.get(imageId);
      return {
        name: typeof image?.name === "string" ? image.name : key,
        kind: kernelId === undefined ? ("whole-disk" as const) : ("partition" as const),
        imageId,
        kernelId,
        ramdiskId,
        size: image?.size ?? undefined,
        status: image?.status ?? "missing",
      };
    }),
  );
}
