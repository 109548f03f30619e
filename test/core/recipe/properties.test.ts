import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readCloud } from "../../../core/openstack/clouds.ts";
import { authenticate } from "../../../core/openstack/keystone.ts";
import { propertyProblem } from "../../../core/recipe/properties.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { placesOf } from "../../support/glance.ts";

let cloud: TestCloud;
let session: Awaited<ReturnType<typeof authenticate>>;
before(async () => {
  cloud = await testCloud();
  session = await authenticate(await readCloud("local", placesOf(cloud.cloudsFile)));
});
after(() => cloud?.stop());

/** Registers an image without data with the property, removes it, and returns what Glance answered. */
async function answer(name: string, value: string): Promise<number> {
  const { token, imageEndpoint } = session;
  const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };
  const image = { name: "property", container_format: "bare", disk_format: "raw", [name]: value };
  const created = await fetch(`${imageEndpoint}/v2/images`, { method: "POST", headers, body: JSON.stringify(image) });
  if (created.ok) {
    const { id } = (await created.json()) as { id: string };
    await fetch(`${imageEndpoint}/v2/images/${id}`, { method: "DELETE", headers });
  }
  return created.status;
}

const accepted: Readonly<Record<string, string>> = {
  os_distro: "debian",
  os_version: "12",
  "trait:CUSTOM_GPU": "required",
  hw_firmware_type: "uefi",
  "a.b-c_d": "é, any plain text; $x",
  empty: "",
  ["n".repeat(255)]: "v",
  long: "v".repeat(255),
};

for (const [name, value] of Object.entries(accepted)) {
  test(`property ${name.slice(0, 20)} passes here and at a real Glance`, async () => {
    assert.equal(propertyProblem(name, value), undefined);
    assert.equal(await answer(name, value), 201);
  });
}

const refused = [
  "os_glance_import_task",
  "size",
  "status",
  "checksum",
  "id",
  "virtual_size",
  "created_at",
  "updated_at",
  "direct_url",
  "self",
  "file",
  "schema",
  "stores",
  "location",
  "deleted",
  "deleted_at",
  "visibility",
  "protected",
  "min_disk",
  "tags",
  "n".repeat(256),
];

for (const name of refused) {
  test(`property ${name.slice(0, 20)} is refused here, as a real Glance would`, async () => {
    assert.notEqual(propertyProblem(name, "x"), undefined);
    const status = await answer(name, "x");
    assert.ok(status >= 400 && status < 500, `Glance answered ${status}`);
  });
}
