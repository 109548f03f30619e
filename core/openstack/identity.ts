import { IronicImagesError } from "../errors.ts";
import { isLoopback } from "./http.ts";
import type { Session } from "./keystone.ts";

/** What a cloud is to a stack: the project that owns the images, and the Glance that holds them. No secret. */
export interface CloudIdentity {
  readonly projectId: string;
  /** Glance's address without `/v2` and without a slash at its end, as in a session. */
  readonly endpoint: string;
}

/** What state may hold of it: nothing before the first `up`. */
export interface RecordedIdentity {
  readonly projectId?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** The part of a session that says whose credentials these are. */
export type SessionIdentity = Pick<Session, "projectId" | "imageEndpoint"> & {
  readonly cloud: { readonly source: string };
};

/** Whether both are the same project at the same Glance. The port of a loopback address does not count: a local cloud gets new ones. */
export function isSameCloud(one: CloudIdentity, other: CloudIdentity): boolean {
  return one.projectId === other.projectId && placeOf(one.endpoint) === placeOf(other.endpoint);
}

/**
 * Refuses credentials that lead elsewhere than what state records. Without a record there is nothing to compare with.
 *
 * @throws IronicImagesError `other-cloud`, naming both identities and what to correct
 */
export function requireSameCloud(recorded: RecordedIdentity, session: SessionIdentity): void {
  const { projectId, endpoint } = recorded;
  if (projectId === undefined || endpoint === undefined) return;
  const present = { projectId: session.projectId, endpoint: session.imageEndpoint };
  if (!isSameCloud({ projectId, endpoint }, present))
    throw otherCloud({ projectId, endpoint }, present, session.cloud.source);
}

/**
 * The refusal itself.
 *
 * @param source of the present credentials, as `Cloud.source` says it
 */
export function otherCloud(recorded: CloudIdentity, present: CloudIdentity, source: string): IronicImagesError {
  const moved =
    "If the cloud's own address has changed, correct the state: pulumi stack export, edit, pulumi stack import.";
  return new IronicImagesError(
    "other-cloud",
    `this stack belongs to ${told(recorded)}; the present credentials (${source}) give ${told(present)}; correct openstack:cloud or OS_CLOUD`,
    recorded.projectId === present.projectId ? moved : "",
  );
}

function told({ projectId, endpoint }: CloudIdentity): string {
  return `project ${projectId} at ${endpoint}`;
}

// URL writes scheme and host in lower case and leaves a default port out, so that two spellings compare as one.
function placeOf(endpoint: string): string {
  const { protocol, hostname, host, pathname } = new URL(endpoint);
  const path = pathname.replace(/\/+$/, "");
  return isLoopback(hostname) ? `${protocol}//loopback${path}` : `${protocol}//${host}${path}`;
}
