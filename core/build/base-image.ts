import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import type { BuildJob } from "./job.ts";

/** Brings the base image of a job onto this machine, if the job has one. Returns its absolute path. */
export async function baseImageOf(job: BuildJob, cache: string): Promise<string | undefined> {
  const { baseImage } = job.inputs;
  if (baseImage === undefined) return undefined;
  const url = "url" in baseImage ? baseImage.url : job.baseImageUrl;
  if (url === undefined) throw new IronicImagesError("job-wrong", `The job for ${job.name} pins a base image and does not say where to get it`);
  const { fetchBaseImage } = await import("../base-images/fetch.ts");
  return fetchBaseImage(url, "sha256" in baseImage ? baseImage.sha256 : "unpinned", join(cache, "base-images"));
}
