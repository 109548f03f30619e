import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as http from "node:http";
import { after, before, test, type TestContext } from "node:test";
import { IronicImagesError } from "../../../../core/errors.ts";
import { authenticate } from "../../../../core/openstack/keystone.ts";
import type { PlannedGroup } from "../../../../core/openstack/preflight/plan.ts";
import { preflight } from "../../../../core/openstack/preflight/preflight.ts";
import { testCloud, type TestCloud } from "../../../support/cloud.ts";
import { placesOf } from "../../../support/glance.ts";
import { listen } from "../listen.ts";
import { uploads } from "../uploads.ts";
import { variant, variantFile, type Entry } from "../variant.ts";
import { playingFront } from "./playing-front.ts";
import { triple } from "./samples.ts";

let cloud: TestCloud;
before(async () => {
  cloud = await testCloud();
});
after(() => cloud.stop());

const publicRoles = ["admin"];

/** A stack of names that nobody else has. */
function own(): { stack: { project: string; stack: string }; groups: PlannedGroup[] } {
  const id = randomUUID();
  const images = triple.images.map((image) => ({ ...image, name: `${image.name}-${id}` }));
  return { stack: { project: "ironic-images", stack: id }, groups: [{ ...triple, images }] };
}

type Played = Parameters<typeof playingFront>[2];

async function through(t: TestContext, played: Played, held?: number) {
  const { imageEndpoint } = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const front = await playingFront(t, imageEndpoint, played, held);
  const file = variantFile(t, cloud.cloudsFile, "local", (entry) => {
    entry["image_endpoint_override"] = front.url;
  });
  return { front, asked: preflight({ ...own(), publicRoles, cloud: "variant" }, placesOf(file)) };
}

const refusal = async (asked: Promise<unknown>): Promise<IronicImagesError> => {
  const error = await asked.then(
    () => assert.fail("was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof IronicImagesError, String(error));
  return error;
};

test("an operator's cloud takes a triple, and the session that answered comes back", async (t) => {
  const began = performance.now();
  const { session, warnings } = await preflight({ ...own(), publicRoles, cloud: "local" }, placesOf(cloud.cloudsFile));
  t.diagnostic(`${Math.round(performance.now() - began)} ms`);
  assert.deepEqual(warnings, []);
  assert.equal(session?.projectId, (await authenticate(await variant(t, cloud.cloudsFile, "local"))).projectId);
});

test("through a front that answers only when all are there: everything is asked at once, and only read", async (t) => {
  const { front, asked } = await through(t, {}, 6);
  await asked;
  assert.deepEqual(
    front.requests.map((request) => request.split("?")[0]).sort(),
    ["images", "images", "images", "info/stores", "info/usage", "schemas/image"].map((path) => `GET /v2/${path}`),
  );
});

const limits = { image_size_total: { limit: 100, usage: 1 }, image_count_total: { limit: -1, usage: 9 } };
const played: [title: string, played: Played, code: string | undefined, message?: RegExp][] = [
  [
    "a quota",
    { "/v2/info/usage": { status: 200, body: { usage: limits } } },
    "preflight-refused",
    /^cloud variant in .* cannot take what stacks\/Pulumi\..*\.yaml asks for\nuserImages\.my-image: the quota image_size_total is 100 MiB/,
  ],
  ["a Glance of one store", { "/v2/info/stores": { status: 404, body: {} } }, undefined],
  ["usage that these credentials may not see", { "/v2/info/usage": { status: 403, body: {} } }, undefined],
  [
    "a Glance that fails",
    { "/v2/info/usage": { status: 500, body: {} } },
    "glance-refused",
    /GET \/v2\/info\/usage: 500/,
  ],
  [
    "fault 45: an address where nothing is",
    { "/v2/schemas/image": { status: 404, body: {} } },
    "glance-refused",
    /GET \/v2\/schemas\/image: 404 .*no Glance of version 2 answers at http:\/\/127\.0\.0\.1:\d+; correct .*image_endpoint_override/,
  ],
  [
    "fault 45: an address that offers versions",
    { "/v2/schemas/image": { status: 300, body: { versions: [{ id: "v2.17" }] } } },
    "glance-refused",
    /schemas\/image: 300 .*no Glance of version 2 answers/,
  ],
  ["a web server that is no Glance", { "/v2/schemas/image": { status: 200, body: { hello: 1 } } }, "glance-refused"],
];
for (const [title, answers, code, message] of played) {
  test(`${title} is ${code ?? "fine"} (played by a front)`, async (t) => {
    const { asked } = await through(t, answers);
    if (code === undefined) return assert.deepEqual((await asked).warnings, []);
    const error = await refusal(asked);
    assert.equal(error.code, code);
    assert.match(error.message, message ?? /./);
  });
}

test("fault 47: a name that somebody else's image has is refused, another stack's is a warning, our own is fine", async (t) => {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const images = uploads(session);
  t.after(images.clean);
  const { stack, groups } = own();
  const ask = () => preflight({ stack, groups, publicRoles, cloud: "local" }, placesOf(cloud.cloudsFile));
  const [image, kernel, ramdisk] = groups[0]?.images ?? [];
  const origin = { ironic_images_project: stack.project, ironic_images_image: "my-image" };
  await images.queued({ name: image?.name ?? "", ...origin, ironic_images_stack: stack.stack });
  await images.queued({ name: kernel?.name ?? "", ...origin, ironic_images_stack: "another" });
  const hidden = await images.queued({ name: ramdisk?.name ?? "", os_hidden: true });
  assert.match(
    (await ask()).warnings.join("\n"),
    /^userImages\.my-image\.kernelName: image \S+ of .* of the stack another of \S+$/,
  );
  await images.delete(hidden);
  const foreign = await images.queued({ name: ramdisk?.name ?? "" });
  const { code, details } = await refusal(ask());
  assert.equal(code, "preflight-refused");
  assert.match(
    details,
    new RegExp(`^userImages\\.my-image\\.ramdiskName: image ${foreign} of project ${session.projectId}`),
  );
});

test("fault 47: images that another project publishes as this stack's save a member no role, and their names are a warning", async (t) => {
  const session = await authenticate(await variant(t, cloud.cloudsFile, "local"));
  const images = uploads(session);
  t.after(images.clean);
  const { stack, groups } = own();
  const group = groups[0] ?? assert.fail();
  const origin = {
    ironic_images_project: stack.project,
    ironic_images_stack: stack.stack,
    ironic_images_image: group.imageKey,
    ironic_images_fingerprint: group.fingerprint,
    visibility: "public",
  };
  const [image, kernel, ramdisk] = group.images;
  await images.upload("image", { ...origin, name: image?.name ?? "" });
  await images.upload("kernel", { ...origin, name: kernel?.name ?? "" });
  await images.upload("ramdisk", { ...origin, name: ramdisk?.name ?? "" });
  const ask = (name: string, roles = publicRoles) =>
    preflight({ stack, groups, publicRoles: roles, cloud: name }, placesOf(cloud.cloudsFile));
  assert.deepEqual((await ask("local", ["somebody"])).warnings, [], "its own are there and public");
  assert.match((await refusal(ask("other"))).details, /^userImages\.my-image\.visibility: public needs the role admin/);
  const { warnings } = await ask("other", ["member"]);
  assert.equal(warnings.length, 3);
  assert.match(warnings[0] ?? "", new RegExp(`\\.name: image \\S+ of project ${session.projectId} is called`));
});

test("fault 45: a member may not publicize what an operator may", async () => {
  const { code, details } = await refusal(
    preflight({ ...own(), publicRoles, cloud: "other" }, placesOf(cloud.cloudsFile)),
  );
  assert.equal(code, "preflight-refused");
  assert.match(details, /^userImages\.my-image\.visibility: public needs the role admin/);
  const role = { ...own(), publicRoles: ["member"], cloud: "other" };
  assert.deepEqual((await preflight(role, placesOf(cloud.cloudsFile))).warnings, []);
});

test("no credentials at all are one warning, and nobody is asked", async () => {
  for (const name of [undefined, "lab"]) {
    const request = { ...own(), publicRoles, ...(name === undefined ? {} : { cloud: name }) };
    const { session, warnings } = await preflight(request, { environment: {}, directories: [] });
    assert.equal(session, undefined);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^the cloud was not asked whether it can take these images: /);
  }
});

for (const [service, change] of [
  ["Keystone", (entry: Entry, url: string) => (entry.auth["auth_url"] = `${url}/v3`)],
  ["Glance", (entry: Entry, url: string) => (entry["image_endpoint_override"] = url)],
] as const) {
  test(`a ${service} that never answers is given up after 10 s each (played by a server, with a clock 5 times as fast)`, async (t) => {
    const silent = await listen(http.createServer(), "http");
    t.after(silent.stop);
    const within = AbortSignal.timeout.bind(AbortSignal);
    t.mock.method(AbortSignal, "timeout", (ms: number) => within(ms / 5));
    const places = placesOf(variantFile(t, cloud.cloudsFile, "local", (entry) => change(entry, silent.url)));
    const { code, message } = await refusal(preflight({ ...own(), publicRoles, cloud: "variant" }, places));
    assert.equal(code, "cloud-unreachable");
    assert.match(message, new RegExp(`^[A-Z]+ ${silent.url}/\\S+: no answer within 10 s$`));
  });
}

const mistakes: [title: string, change: (entry: Entry) => void, code: string][] = [
  ["a mistyped address", ({ auth }) => (auth["auth_url"] = "http://127.0.0.1:1/v3"), "cloud-unreachable"],
  ["a wrong password", ({ auth }) => (auth["password"] = "wrong"), "cloud-refused"],
  ["a region that is not there", (entry) => (entry["region_name"] = "Nowhere"), "cloud-config"],
  ["a mistyped endpoint", (entry) => (entry["image_endpoint_override"] = "http://127.0.0.1:1"), "cloud-unreachable"],
];
for (const [title, change, code] of mistakes) {
  test(`${title} is an error, not a warning`, async (t) => {
    const places = placesOf(variantFile(t, cloud.cloudsFile, "local", change));
    assert.equal((await refusal(preflight({ ...own(), publicRoles, cloud: "variant" }, places))).code, code);
  });
}

test("a clouds.yaml that is named and not there is an error, and so is a cloud that is not in it", async () => {
  const request = { ...own(), publicRoles, cloud: "lab" };
  assert.equal((await refusal(preflight(request, placesOf("/nowhere/clouds.yaml")))).code, "clouds-file-missing");
  assert.equal((await refusal(preflight(request, placesOf(cloud.cloudsFile)))).code, "cloud-not-found");
});
