import { IronicImagesError } from "../../core/errors.ts";
import { defaultPlaces, placesIn, readCloud, type Cloud } from "../../core/openstack/clouds.ts";
import type { PulumiPlace } from "../pulumi/ask.ts";

/**
 * The conductor's account: an entry of the clouds.yaml in which the stack's own is.
 *
 * @param name of the entry
 * @param region of the stack, if its config names one
 * @throws IronicImagesError `no-conductor` if there is no such entry, and what `readCloud` throws
 */
export async function conductorAccount(
  name: string,
  region: string | undefined,
  { directory, env }: PulumiPlace,
): Promise<Cloud> {
  const [, ...others] = defaultPlaces().directories;
  const places = placesIn(region, { environment: env, directories: [directory, ...others] });
  try {
    return await readCloud(name, places);
  } catch (error) {
    if (!(error instanceof IronicImagesError) || error.code !== "cloud-not-found") throw error;
    throw new IronicImagesError(
      "no-conductor",
      `clouds.yaml has no entry ${name}, which is to hold the account of the cloud's conductor: add it, or name another with --conductor (for the local cloud \`npm start\` adds it)`,
      error.message,
      { cause: error },
    );
  }
}
