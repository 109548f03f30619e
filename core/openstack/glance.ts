import { z } from "zod";
import { answered, refusal } from "./answer.ts";
import { authorizedExchange } from "./authorized.ts";
import type { HttpRequest } from "./http.ts";
import { serviceMessage, type Session } from "./keystone.ts";

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
  /** Md5, hex. */
  checksum: z.string().nullish(),
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

const memberSchema = z.object({ member_id: z.string() });
const membersSchema = z.object({ members: z.array(memberSchema) });

/** Reads and patches image records and their members. Creates, uploads and deletes no image: that is `openstack.images.Image`. */
export interface GlanceClient {
  /** Undefined if Glance says 404, which it also says of an image that these credentials may not see. */
  get(id: string): Promise<GlanceImage | undefined>;
  /** The record after the patch. */
  patch(id: string, patch: readonly ImagePatch[]): Promise<GlanceImage>;
  /** Ids of the projects that a shared image is shared with; Glance answers 404 for an image of any other visibility. */
  members(id: string): Promise<string[]>;
  /** Shares a shared image with a project, whether or not there is one of that id: Glance does not look. */
  addMember(id: string, projectId: string): Promise<void>;
  /** Done as well if the project is no member. */
  removeMember(id: string, projectId: string): Promise<void>;
}

/**
 * A client that authenticates once more when Glance says 401, and repeats the request.
 * Its methods throw IronicImagesError `glance-refused` with method, path, status and Glance's message, or `cloud-unreachable`.
 */
export function glanceClient(session: Session): GlanceClient {
  const exchange = authorizedExchange(session);

  async function call(method: HttpRequest["method"], path: string, body?: object, type = "application/json") {
    const request = { method, url: `${session.imageEndpoint}${path}` };
    const response = await exchange(
      body === undefined ? request : { ...request, headers: { "Content-Type": type }, body: JSON.stringify(body) },
    );
    const asked = { service: "Glance", method, path } as const;
    return {
      status: response.status,
      read: <T>(schema: z.ZodType<T>, what: string) => answered(asked, response, schema, what),
      refused: () => refusal(asked, `${response.status} ${serviceMessage(response.body)}`),
    };
  }

  return {
    async get(id) {
      const { status, read } = await call("GET", imagePath(id));
      return status === 404 ? undefined : read(imageSchema, "image record");
    },
    async patch(id, patch) {
      const { read } = await call("PATCH", imagePath(id), patch, "application/openstack-images-v2.1-json-patch");
      return read(imageSchema, "image record");
    },
    async members(id) {
      const { read } = await call("GET", `${imagePath(id)}/members`);
      return read(membersSchema, "list of members").members.map(({ member_id }) => member_id);
    },
    async addMember(id, projectId) {
      const { read } = await call("POST", `${imagePath(id)}/members`, { member: projectId });
      read(memberSchema, "member");
    },
    async removeMember(id, projectId) {
      const { status, refused } = await call("DELETE", `${imagePath(id)}/members/${encodeURIComponent(projectId)}`);
      if (status !== 204 && status !== 404) throw refused();
    },
  };
}

/** An image's path below Glance's address. */
export function imagePath(id: string): string {
  return `/v2/images/${encodeURIComponent(id)}`;
}
