import { z } from "zod";
import { IronicImagesError } from "../errors.ts";
import { exchange, type HttpResponse } from "./http.ts";
import { authenticate, serviceMessage, type Session } from "./keystone.ts";

export const visibilities = ["private", "shared", "community", "public"] as const;
export type Visibility = (typeof visibilities)[number];

const imageSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  visibility: z.enum(visibilities),
  /** Bytes; null until the image has its data. */
  size: z.number().nullable(),
  os_hash_algo: z.string().nullish(),
  os_hash_value: z.string().nullish(),
  disk_format: z.string().nullable(),
  container_format: z.string().nullable(),
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
  let current = session;

  async function call(method: "GET" | "PATCH", path: string, body?: string): Promise<HttpResponse> {
    const send = () => {
      const type = body === undefined ? undefined : { "Content-Type": "application/openstack-images-v2.1-json-patch" };
      const headers = { "X-Auth-Token": current.token, ...type };
      const request = { method, url: `${current.imageEndpoint}${path}`, headers };
      return exchange(body === undefined ? request : { ...request, body }, current.cloud.tls);
    };
    const used = current;
    const response = await send();
    if (response.status !== 401) return response;
    // Another call may have renewed the token meanwhile.
    if (current === used) current = await authenticate(used.cloud);
    return await send();
  }

  return {
    async get(id) {
      const path = imagePath(id);
      const response = await call("GET", path);
      return response.status === 404 ? undefined : record("GET", path, response);
    },
    async patch(id, patch) {
      const path = imagePath(id);
      return record("PATCH", path, await call("PATCH", path, JSON.stringify(patch)));
    },
  };
}

function imagePath(id: string): string {
  return `/v2/images/${encodeURIComponent(id)}`;
}

function record(method: string, path: string, { status, body }: HttpResponse): GlanceImage {
  if (status !== 200)
    throw new IronicImagesError("glance-refused", `Glance: ${method} ${path}: ${status} ${serviceMessage(body)}`);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new IronicImagesError("glance-refused", `Glance: ${method} ${path}: 200, but the answer is not JSON`);
  }
  const image = imageSchema.safeParse(json);
  if (image.success) return image.data;
  throw new IronicImagesError(
    "glance-refused",
    `Glance: ${method} ${path}: the answer is no image record`,
    z.prettifyError(image.error),
  );
}
