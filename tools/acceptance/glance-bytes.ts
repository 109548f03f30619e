import { buildId } from "../../core/artifacts/build-id.ts";
import type { ArtifactFileRole } from "../../core/artifacts/record.ts";
import { glanceClient, imagePath, type GlanceImage } from "../../core/openstack/glance.ts";
import { withAnswer } from "../../core/openstack/http.ts";
import type { Session } from "../../core/openstack/keystone.ts";
import { digestsOf } from "./digests.ts";

/** Ids of the images that one build gave. */
export type BuildIds = Readonly<Partial<Record<ArtifactFileRole, string>>>;

/** What Glance says of an image, and what its bytes are. */
export interface SeenImage {
  readonly record: GlanceImage;
  readonly sha256: string;
  /** Of what is packed with zstd: sha256 of what is in it. */
  readonly unpackedSha256?: string;
}

/** The images of one build. */
export type SeenBuild = Readonly<Partial<Record<ArtifactFileRole, SeenImage>>>;

/** One hour: an image may be many gigabytes, and the cloud far away. */
const patience = 3_600_000;

/**
 * Reads images as a conductor does, every byte. Ironic compares nothing with what was registered, so a change in Glance's store
 * reaches the machines unless somebody looks.
 *
 * @param session of the conductor's account
 * @param expected the build id that the stack exports
 * @param signal ends the reading by throwing its reason
 * @returns what was read by role, or why these are not the images of the stack
 */
export async function readBuild(
  session: Session,
  ids: BuildIds,
  expected: string,
  signal: AbortSignal,
): Promise<{ readonly seen: SeenBuild; readonly problem?: ByteProblem }> {
  const seen: Partial<Record<ArtifactFileRole, SeenImage>> = {};
  for (const [role, id] of Object.entries(ids) as [ArtifactFileRole, string][]) {
    const record = await glanceClient(session).get(id);
    if (record === undefined) return { seen, problem: { stage: "missing", why: `Glance: no image ${id} (${role})` } };
    if (record.status !== "active")
      return { seen, problem: { stage: "missing", why: `Glance: image ${id} (${role}) is ${record.status}` } };
    const { status, value, ...digest } = await digests(session, record, signal);
    if (status !== 200)
      return { seen, problem: { stage: "missing", why: `Glance: the bytes of ${id} (${role}): status ${status}` } };
    if (record.os_hash_value && value !== record.os_hash_value) {
      const why = `the bytes that Glance gives out for ${id} (${role}) have another ${record.os_hash_algo} than its record`;
      return { seen, problem: { stage: "bytes", why } };
    }
    seen[role] = { record, ...digest };
  }
  if (buildId(seen) === expected) return { seen };
  return {
    seen,
    problem: { stage: "bytes", why: "the bytes in Glance are not those of the build that the stack names" },
  };
}

/** Why the bytes are not to be deployed. */
export interface ByteProblem {
  readonly stage: "missing" | "bytes";
  readonly why: string;
}

async function digests(session: Session, record: GlanceImage, signal: AbortSignal) {
  const url = `${session.imageEndpoint}${imagePath(record.id)}/file`;
  const request = { method: "GET", url, headers: { "X-Auth-Token": session.token } } as const;
  return await withAnswer(request, session.cloud.tls, patience, async (response) => ({
    status: response.statusCode,
    ...(await digestsOf(until(signal, response), record.os_hash_algo ?? undefined)),
  }));
}

async function* until(signal: AbortSignal, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    signal.throwIfAborted();
    yield chunk;
  }
}
