import assert from "node:assert/strict";
import { test } from "node:test";
import { readState } from "../../../tools/prune/state.ts";

const [live, replaced, published] = ["1", "2", "3"].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`);
const manifest = { time: "2026-03-01T12:00:00.123456789Z", magic: "x", version: "v3.259.0" };
const urn = (name: string, project = "ironic-images") =>
  `urn:pulumi:prod::${project}::openstack:images/image:Image::${name}`;
const image = { urn: urn("my-image"), type: "openstack:images/image:Image", custom: true };

function exported(deployment: unknown): string {
  return JSON.stringify({ version: 3, deployment });
}

test("the ids of images, of those that wait for deletion, and of those that only an output names are in the state", () => {
  const resources = [
    { ...image, id: live?.toUpperCase(), outputs: { owner: "project-1" } },
    { ...image, id: replaced, delete: true, pendingReplacement: true },
    {
      urn: "urn:pulumi:prod::ironic-images::pulumi-nodejs:dynamic/ironic-images:Publication::my-image",
      type: "pulumi-nodejs:dynamic/ironic-images:Publication",
      outputs: { imageId: published },
    },
  ];
  const state = readState(exported({ manifest, resources }), "prod", "ironic-images");
  assert.deepEqual([...state.ids], [live, replaced, published]);
  assert.deepEqual(state.projectIds, ["project-1"]);
  assert.equal(state.savedAt.toISOString(), "2026-03-01T12:00:00.123Z");
  assert.equal(state.hasResources, true);
});

test("a state without resources is a state", () => {
  const state = readState(exported({ manifest, metadata: {} }), "prod", "ironic-images");
  assert.deepEqual([state.hasResources, state.ids.size, state.projectIds], [false, 0, []]);
});

for (const [title, text, code, message] of [
  ["nothing", "", "unreadable-state", /gave no deployment/],
  ["no JSON", "error: oops", "unreadable-state", /gave no deployment/],
  ["an export without deployment", '{"version":3}', "unreadable-state", /gave no deployment/],
  ["an export with an empty deployment", exported(null), "unreadable-state", /gave no deployment/],
  ["a deployment that does not say when it was saved", exported({ resources: [] }), "unreadable-state", /manifest/],
  [
    "resources that are no list",
    exported({ manifest, resources: { urn: "x" } }),
    "unreadable-state",
    /deployment\.resources/,
  ],
  [
    "the state of another program",
    exported({ manifest, resources: [{ ...image, urn: urn("x", "website") }] }),
    "other-project",
    /website.*not of project ironic-images/,
  ],
  [
    "a state with an operation in flight",
    exported({
      manifest,
      resources: [image],
      pending_operations: [{ resource: { ...image, urn: urn("new") }, type: "creating" }],
    }),
    "pending-operations",
    /pulumi refresh --clear-pending-creates --stack prod[^]*creating urn:pulumi:prod::.*::new$/,
  ],
] as const) {
  test(`${title} is refused, never taken as empty`, () => {
    assert.throws(() => readState(text, "prod", "ironic-images"), { code, message });
  });
}
