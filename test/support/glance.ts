import { createHash } from "node:crypto";
import { readCloud } from "../../core/openstack/clouds.ts";
import type { CloudsPlaces } from "../../core/openstack/clouds-files.ts";
import type { GlanceImage } from "../../core/openstack/glance.ts";
import { authenticate } from "../../core/openstack/keystone.ts";

/** What a user of a cloud sees and can do in Glance, beyond what the program needs. */
export interface GlanceUser {
  /** Images that this user may see, own and public ones, but for those that lists leave out. */
  list(filter?: Readonly<Record<string, string>>): Promise<GlanceImage[]>;
  /** With hidden ones: what was replaced and kept, among others. */
  listAll(filter?: Readonly<Record<string, string>>): Promise<GlanceImage[]>;
  /** The bytes of an image. */
  download(id: string): Promise<ReadableStream<Uint8Array>>;
  /** Sha256 of the bytes that Glance gives out. */
  downloadedSha256(id: string): Promise<string>;
  delete(id: string): Promise<void>;
  /** Gives a record its data. */
  upload(id: string, bytes: Buffer<ArrayBuffer>): Promise<void>;
}

/** One clouds.yaml and nothing else of the machine. */
export function placesOf(cloudsFile: string): CloudsPlaces {
  return { environment: { OS_CLIENT_CONFIG_FILE: cloudsFile }, directories: [] };
}

/** Where the cloud's Glance answers. */
export async function imageEndpointOf(cloudsFile: string): Promise<string> {
  return (await authenticate(await readCloud("local", placesOf(cloudsFile)))).imageEndpoint;
}

/** Logs in as a cloud's user, e.g. `other`, a user of another project. */
export async function glanceUser(cloudsFile: string, cloud: string): Promise<GlanceUser> {
  const entry = await readCloud(cloud, placesOf(cloudsFile));
  const { token, imageEndpoint } = await authenticate(entry);
  async function call(method: string, path: string, body: Buffer<ArrayBuffer> | null = null): Promise<Response> {
    const headers = { "X-Auth-Token": token, "Content-Type": "application/octet-stream" };
    const response = await fetch(`${imageEndpoint}${path}`, { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
  async function download(id: string): Promise<ReadableStream<Uint8Array>> {
    const { body } = await call("GET", `/v2/images/${id}/file`);
    if (body === null) throw new Error(`${id} has no bytes`);
    return body;
  }
  async function list(filter: Readonly<Record<string, string>> = {}): Promise<GlanceImage[]> {
    const query = new URLSearchParams({ limit: "1000", ...filter });
    return ((await (await call("GET", `/v2/images?${query}`)).json()) as { images: GlanceImage[] }).images;
  }
  return {
    list,
    listAll: async (filter = {}) => [...(await list(filter)), ...(await list({ ...filter, os_hidden: "true" }))],
    download,
    async downloadedSha256(id) {
      const hash = createHash("sha256");
      for await (const chunk of await download(id)) hash.update(chunk);
      return hash.digest("hex");
    },
    async delete(id) {
      await call("DELETE", `/v2/images/${id}`);
    },
    async upload(id, bytes) {
      await call("PUT", `/v2/images/${id}/file`, bytes);
    },
  };
}
