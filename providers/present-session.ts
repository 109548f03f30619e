import { placesIn, readCloud } from "../core/openstack/clouds.ts";
import { keptSession } from "../core/openstack/kept-session.ts";
import type { Session } from "../core/openstack/keystone.ts";
import { stackConfig } from "./stack-config.ts";

/** Where state says that a cloud is to be looked for. */
export interface RecordedCloud {
  readonly cloud?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * A session of the credentials that are meant today: `openstack:cloud`, else `OS_CLOUD`, else the cloud of the state, else plain `OS_*`
 * variables. So an `OS_CLOUD` that leads elsewhere is noticed, and a shell without one can still refresh and destroy.
 *
 * @throws IronicImagesError as `readCloud` and `authenticate`
 */
export async function presentSession({ cloud, region }: RecordedCloud): Promise<Session> {
  const places = placesIn(region);
  const name = stackConfig("openstack:cloud") || places.environment["OS_CLOUD"] || cloud;
  return await keptSession(await readCloud(name, places));
}
