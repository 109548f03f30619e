import { IronicImagesError } from "../../errors.ts";
import type { CloudsPlaces } from "../clouds-files.ts";
import { placesIn, readCloud } from "../clouds.ts";
import { keptSession } from "../kept-session.ts";
import type { Session } from "../keystone.ts";
import { readCloudFacts, type StackName } from "./facts.ts";
import type { PlannedGroup } from "./plan.ts";
import { judge } from "./rules.ts";

/** How long one of its requests may take, in milliseconds: somebody waits for a preview, and a sound cloud answers within a second. */
const timeout = 10_000;

/** What a preflight asks about. */
export interface PreflightRequest {
  readonly stack: StackName;
  readonly groups: readonly PlannedGroup[];
  readonly publicRoles: readonly string[];
  /** As `openstack:cloud` and `openstack:region` name them. */
  readonly cloud?: string;
  readonly region?: string;
}

/** What a preflight found: the session that answered, unless there are no credentials, and what is worth a look. */
export interface PreflightResult {
  readonly session?: Session;
  readonly warnings: readonly string[];
}

/**
 * Asks the cloud whether it can take what a stack wants. Reads only; two round trips, one for the token and one for all else.
 *
 * @throws IronicImagesError `preflight-refused` with all refusals, a line each; and those of `readCloud`, `authenticate` and
 * `readCloudFacts`, but not when there are no credentials at all
 */
export async function preflight(
  request: PreflightRequest,
  places: CloudsPlaces = placesIn(request.region),
): Promise<PreflightResult> {
  const { stack, groups, publicRoles } = request;
  const session = await openSession(request.cloud, places);
  if (session instanceof IronicImagesError) {
    return { warnings: [`the cloud was not asked whether it can take these images: ${session.summary}`] };
  }
  const names = groups.flatMap(({ images }) => images.map(({ name }) => name));
  const facts = await readCloudFacts(session, stack, names, timeout);
  const { refusals, warnings } = judge({ groups, facts, stack, publicRoles });
  if (refusals.length === 0) return { session, warnings };
  throw new IronicImagesError(
    "preflight-refused",
    `${session.cloud.source} cannot take what stacks/Pulumi.${stack.stack}.yaml asks for`,
    refusals.join("\n"),
  );
}

// A reviewer has no credentials, which is no mistake. A file that is named and is not there is one.
async function openSession(cloud: string | undefined, places: CloudsPlaces): Promise<Session | IronicImagesError> {
  try {
    return await keptSession(await readCloud(cloud, places), timeout);
  } catch (error) {
    if (!(error instanceof IronicImagesError)) throw error;
    const hasFile = Boolean(places.environment["OS_CLIENT_CONFIG_FILE"]);
    if (error.code === "cloud-not-named" || (error.code === "clouds-file-missing" && !hasFile)) return error;
    throw error;
  }
}
