import { z } from "zod";
import { answered } from "./answer.ts";
import { authorizedExchange } from "./authorized.ts";
import type { Session } from "./keystone.ts";

export const visibilities = ["private", "shared", "community", "public"] as const;
export type Visibility = (typeof visibilities)[number];

/** An image record in an answer of Glance. */
export const imageSchema = z.looseObject({
  id: z.string(),
  name: z.string().nullish(),
  /** Id of the project that it belongs to. */
  owner: z.string().nullish(),
  status: z.string(),
  visibility: z.enum(visibilities),
  /** Bytes; null until the image has its data. */
  size: z.number().nullable(),
  os_hash_algo: z.string().nullish(),
  os_hash_value: z.string().nullish(),
  disk_format: z.string().nullable(),
  container_format: z.string().nullable(),
  protected: z.boolean().nullish(),
  os_hidden: z.boolean().nullish(),
  /** ISO 8601, by Glance's clock. */
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});

/** An image record as Glance shows it; further keys are its properties. */
export type GlanceImage = z.infer<typeof imageSchema>;

/** One step of `application/openstack-images-v2.1-json-patch`. */
export interface ImagePatch {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/** Reads and patches image records. Creates, uploads and deletes nothing: that is `openstack.images.Image`. */
export interface GlanceClient {
  /** Undefined if Glance says 404, which it also says of an image that these credentials may not see. */
  get(id: string): Promise<GlanceImage | undefined>;
  /** The record after the patch. */
  patch(id: string, patch: readonly ImagePatch[]): Promise<GlanceImage>;
}

/**
 * A client that authenticates once more when Glance says 401, and repeats the request.
 * Its methods throw IronicImagesError `glance-refused` with method, path, status and Glance's message, or `cloud-unreachable`.
 */
export function glanceClient(session: Session): GlanceClient {
  const exchange = authorizedExchange(session);

  async function call(method: "GET" | "PATCH", path: string, body?: string) {
    const type = body === undefined ? undefined : { "Content-Type": "application/openstack-images-v2.1-json-patch" };
    const request = { method, url: `${session.imageEndpoint}${path}`, headers: { ...type } };
    const response = await exchange(body === undefined ? request : { ...request, body });
    const record = () => answered({ service: "Glance", method, path }, response, imageSchema, "image record");
    return { status: response.status, record };
  }

  return {
    async get(id) {
      const { status, record } = await call("GET", imagePath(id));
      return status === 404 ? undefined : record();
    },
    async patch(id, patch) {
      const { record } = await call("PATCH", imagePath(id), JSON.stringify(patch));
      return record();
    },
  };
}

/** An image's path below Glance's address. */
export function imagePath(id: string): string {
  return `/v2/images/${encodeURIComponent(id)}`;
}
