import { fetchBaseImage, type BaseImageRequest } from "../../base-images/fetch.ts";
import { IronicImagesError } from "../../errors.ts";
import type { ImageJob } from "../job.ts";

/**
 * Brings the base image of a job onto this machine, if the job has one. Returns its absolute path.
 * @param report told in whole sentences what goes on
 */
export async function baseImageOf(
  job: ImageJob,
  cache: string,
  report: (message: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { baseImage } = job.inputs;
  return baseImage === undefined
    ? undefined
    : (await fetchBaseImage(baseImageRequest(job, baseImage), cache, report, {}, signal)).path;
}

function baseImageRequest(
  { name, locations }: ImageJob,
  baseImage: NonNullable<ImageJob["inputs"]["baseImage"]>,
): BaseImageRequest {
  if ("url" in baseImage) return baseImage;
  const url = locations?.[baseImage.sha256];
  if (url === undefined)
    throw new IronicImagesError("job-wrong", `The job for ${name} pins a base image and does not say where to get it`);
  return { url, sha256: baseImage.sha256 };
}
