import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import tmp from "tmp";
import type { Session } from "../../../core/openstack/keystone.ts";
import type { PublishedImage } from "../../../core/openstack/publish.ts";

/** Images in a real Glance, private, as `images.Image` would leave them. */
export interface Uploads {
  /** In the order kernel, ramdisk, image, with what was uploaded as expectation. */
  triple(): Promise<PublishedImage[]>;
  upload(role: PublishedImage["role"], fields?: ImageFields): Promise<PublishedImage>;
  /** Makes a record and gives it no data. */
  queued(fields?: ImageFields): Promise<string>;
  /** As an administrator does. */
  deactivate(id: string): Promise<void>;
  reactivate(id: string): Promise<void>;
  /** Also of a protected image. */
  delete(id: string): Promise<void>;
  /** Removes all that was uploaded. */
  clean(): Promise<void>;
}

/** Further fields and properties of a record, e.g. `kernel_id`. */
export type ImageFields = Readonly<Record<string, string | boolean>>;

const formats = {
  kernel: { diskFormat: "aki", containerFormat: "aki" },
  ramdisk: { diskFormat: "ari", containerFormat: "ari" },
  image: { diskFormat: "qcow2", containerFormat: "bare" },
} as const;

/** Uploads through plain requests, because the program's own client cannot. */
export function uploads({ imageEndpoint, token }: Session): Uploads {
  const ids = new Set<string>();
  const call = async (method: string, path: string, type: string, body: string | Buffer<ArrayBuffer> | null) => {
    const response = await fetch(`${imageEndpoint}/v2/images${path}`, {
      method,
      headers: { "X-Auth-Token": token, "Content-Type": type },
      body,
    });
    if (!response.ok && response.status !== 404)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const record = async (role: PublishedImage["role"], fields: ImageFields = {}): Promise<string> => {
    const { diskFormat, containerFormat } = formats[role];
    const body = {
      name: `test ${role}`,
      visibility: "private",
      disk_format: diskFormat,
      container_format: containerFormat,
      ...fields,
    };
    const { id } = (await (await call("POST", "", "application/json", JSON.stringify(body))).json()) as { id: string };
    ids.add(id);
    return id;
  };
  const upload = async (role: PublishedImage["role"], fields?: ImageFields): Promise<PublishedImage> => {
    const bytes = role === "image" ? await qcow2() : Buffer.from(randomBytes(1000));
    const id = await record(role, fields);
    await call("PUT", `/${id}/file`, "application/octet-stream", bytes);
    const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest("hex");
    return { id, role, size: bytes.length, sha256: digest("sha256"), sha512: digest("sha512"), ...formats[role] };
  };
  const remove = async (id: string) => {
    const patch = [{ op: "replace", path: "/protected", value: false }];
    await call("PATCH", `/${id}`, "application/openstack-images-v2.1-json-patch", JSON.stringify(patch));
    await call("DELETE", `/${id}`, "text/plain", null);
    ids.delete(id);
  };
  return {
    upload,
    triple: async () => [await upload("kernel"), await upload("ramdisk"), await upload("image")],
    queued: (fields) => record("image", fields),
    async deactivate(id) {
      await call("POST", `/${id}/actions/deactivate`, "text/plain", null);
    },
    async reactivate(id) {
      await call("POST", `/${id}/actions/reactivate`, "text/plain", null);
    },
    delete: remove,
    clean: async () => {
      for (const id of ids) await remove(id);
    },
  };
}

async function qcow2(): Promise<Buffer<ArrayBuffer>> {
  const directory = tmp.dirSync({ prefix: "ironic-images-test", unsafeCleanup: true });
  try {
    const file = join(directory.name, "image.qcow2");
    await execa("qemu-img", ["create", "-q", "-f", "qcow2", file, "1M"]);
    return Buffer.from(await readFile(file));
  } finally {
    directory.removeCallback();
  }
}
