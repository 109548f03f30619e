import { defaultPlaces, placesIn, readCloud } from "../../core/openstack/clouds.ts";
import type { CloudsPlaces } from "../../core/openstack/clouds-files.ts";
import { baremetalEndpoint, listNodes, type BaremetalNode } from "../../core/openstack/ironic.ts";
import { authenticate, type Session } from "../../core/openstack/keystone.ts";
import { hasRole } from "../../core/openstack/roles.ts";
import { IronicImagesError } from "../../core/errors.ts";
import type { PulumiPlace } from "../pulumi/ask.ts";
import type { StackCloud } from "./ask-pulumi.ts";

/** Nodes of the cloud's Ironic, and where it is; undefined if the catalog has none. */
export interface AskedNodes {
  readonly endpoint: string;
  readonly nodes: readonly BaremetalNode[];
  /** False if Ironic may have shown the nodes of one project only. */
  readonly isAdmin: boolean;
}

/** Logs in as `Publication` does: to the cloud of the stack's config, else as `OS_*` say. */
export async function connect(place: PulumiPlace, { cloud, region }: StackCloud): Promise<Session> {
  return await authenticate(await readCloud(cloud, placesOf(place, region)));
}

/**
 * Logs in once more, for the nodes.
 * @throws IronicImagesError `usage` if the cloud named has another Keystone than the stack's
 */
export async function connectForNodes(
  place: PulumiPlace,
  { region }: StackCloud,
  name: string,
  session: Session,
): Promise<Session> {
  const cloud = await readCloud(name, placesOf(place, region));
  if (keystoneOf(cloud.authUrl) !== keystoneOf(session.cloud.authUrl))
    throw new IronicImagesError(
      "usage",
      `--nodes-cloud: ${cloud.source} has another auth_url than ${session.cloud.source}; its nodes are not of this cloud`,
    );
  return await authenticate(cloud);
}

/**
 * Asks Ironic for all nodes.
 * @throws IronicImagesError `nodes-unknown`: no answer is not "no reference"
 */
export async function askNodes(session: Session): Promise<AskedNodes | undefined> {
  try {
    const endpoint = baremetalEndpoint(session);
    if (endpoint === undefined) return undefined;
    return { endpoint, nodes: await listNodes(session, endpoint), isAdmin: hasRole(session.roles, ["admin"]) };
  } catch (error) {
    if (!(error instanceof IronicImagesError)) throw error;
    throw new IronicImagesError(
      "nodes-unknown",
      "Ironic does not say which images its nodes use, so nothing was deleted; name a cloud whose credentials may read all nodes " +
        "(role admin) with --nodes-cloud",
      error.message,
      { cause: error },
    );
  }
}

// The engine starts its plugins in the project, so that is where they look for clouds.yaml first.
function placesOf({ directory, env }: PulumiPlace, region: string | undefined): CloudsPlaces {
  const [, ...others] = defaultPlaces().directories;
  return placesIn(region, { environment: env, directories: [directory, ...others] });
}

function keystoneOf(authUrl: string): string {
  return authUrl.replace(/\/+$/, "").replace(/\/v3$/, "").toLowerCase();
}
