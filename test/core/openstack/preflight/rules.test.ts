import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudFacts } from "../../../../core/openstack/preflight/facts.ts";
import { judge, preflightRules } from "../../../../core/openstack/preflight/rules.ts";
import { open, record, registered, stack, triple } from "./samples.ts";

const member = ["member", "reader"];
const mib = (limit: number, usage: number) => ({ image_size_total: { limit, usage } });
const judged = (facts: Partial<CloudFacts>, change: object = {}, publicRoles = ["admin"]) =>
  judge({ groups: [{ ...triple, ...change }], facts: { ...open, ...facts }, stack, publicRoles });

const refused: [title: string, facts: Partial<CloudFacts>, change: object, ...sentences: RegExp[]][] = [
  [
    "a Glance without qcow2",
    { formats: { ...open.formats, disk: ["aki", "ari", "raw"] } },
    {},
    /^userImages\.my-image: .*disk_format qcow2.*takes aki, ari, raw; set userImages\.my-image\.overrides\.diskFormat$/,
  ],
  [
    "a Glance without the Amazon formats",
    { formats: { disk: ["qcow2", "raw"], container: ["bare"] } },
    {},
    /disk_format aki, which the kernel needs/,
    /container_format aki/,
    /disk_format ari, which the ramdisk needs/,
    /container_format ari/,
  ],
  [
    "a member who wants an image public",
    { roles: member },
    {},
    /^userImages\.my-image\.visibility: public needs the role admin, .*member, reader.*publicRoles$/,
  ],
  ["a reader who wants to upload", { roles: ["reader"] }, { visibility: "private" }, /^openstack:cloud: .*role member/],
  ["a Reader who wants to upload", { roles: ["Reader"] }, { visibility: "private" }, /the credentials have Reader/],
  ["credentials without a role", { roles: [] }, { visibility: "private" }, /no role/],
  [
    "a store that is read-only",
    { stores: [{ id: "archive", isDefault: true, isReadOnly: true }] },
    {},
    /^userImages\.my-image: .*archive is read-only/,
  ],
  [
    "100 MiB over a quota",
    { usage: mib(1000, 901) },
    {},
    /image_size_total is 1000 MiB, 901 MiB are used, and 100 MiB/,
  ],
  [
    "three images over a count, one upload over another",
    { usage: { image_count_total: { limit: 2, usage: 0 }, image_count_uploading: { limit: 0, usage: 0 } } },
    {},
    /image_count_total is 2, 0 are used, and 3 more/,
    /image_count_uploading is 0/,
  ],
  [
    "a name that somebody else's image has",
    { named: [record({ name: "my-image.vmlinuz" })] },
    {},
    /^userImages\.my-image\.kernelName: image i1 of project p9 is called my-image\.vmlinuz too, and is not of this program/,
  ],
];
for (const [title, facts, change, ...sentences] of refused) {
  test(`refused: ${title}`, () => {
    const { refusals, warnings } = judged(facts, change);
    assert.equal(refusals.length, sentences.length, refusals.join("\n"));
    for (const [index, sentence] of sentences.entries()) assert.match(refusals[index] ?? "", sentence);
    assert.deepEqual(warnings, []);
  });
}

const fine: [title: string, facts: Partial<CloudFacts>, change?: object, publicRoles?: string[]][] = [
  ["a cloud that takes everything", {}],
  ["a member who wants nothing public", { roles: member }, { visibility: "community" }],
  ["a role that this cloud lets publicize", { roles: ["image-publisher", "member"] }, {}, ["admin", "image-publisher"]],
  ["roles in another case than the policy's", { roles: ["Member", "ADMIN"] }, {}, ["Admin"]],
  ["a member whose images are public already", { roles: member, own: registered }],
  ["a reader who changes nothing", { roles: ["reader"], own: registered }],
  ["a full store whose images are there already", { usage: mib(1000, 1000), own: registered }],
  ["a quota that is just enough", { usage: mib(1000, 900) }],
  ["no limit", { usage: mib(-1, 5000) }],
  ["sizes that nobody knows yet", { usage: mib(1000, 999) }, { images: triple.images.map(({ size: _, ...i }) => i) }],
  [
    "an image that Glance is deleting, whose properties are gone already",
    { named: ["deleted", "pending_delete"].map((status) => record({ name: "my-image.vmlinuz", status })) },
  ],
  ["its own images by their names", { named: registered.map((image) => ({ ...image, name: "my-image" })) }],
];
for (const [title, facts, change, publicRoles] of fine) {
  test(`fine: ${title}`, () => assert.deepEqual(judged(facts, change, publicRoles), { refusals: [], warnings: [] }));
}

test("an image of another stack of ours with a planned name is a warning", () => {
  const other = { ironic_images_project: "ironic-images", ironic_images_stack: "prod", name: "my-image" };
  const { refusals, warnings } = judged({ named: [record(other)] });
  assert.deepEqual(refusals, []);
  assert.match(warnings.join(), /^userImages\.my-image\.name: image i1 .*stack prod of ironic-images$/);
});

test("an image of another project that says it is of this very stack is a warning", () => {
  const foreign = registered.map((image) => ({ ...image, owner: "p1", name: "my-image" })).slice(0, 1);
  const { refusals, warnings } = judged({ own: foreign, named: foreign });
  assert.deepEqual(refusals, []);
  assert.match(
    warnings.join(),
    /^userImages\.my-image\.name: image i1 of project p1 is called my-image too; it is of the stack lab of ironic-images$/,
  );
});

test("images of another project that say they are of this stack save neither role nor quota", () => {
  const own = registered.map((image) => ({ ...image, owner: "p1" }));
  assert.match(judged({ own, roles: ["reader"] }).refusals.join(), /^openstack:cloud: .*role member/);
  assert.match(judged({ own, roles: member }).refusals.join(), /visibility: public needs the role admin/);
  assert.match(judged({ own, usage: mib(1000, 1000) }).refusals.join(), /100 MiB more are needed/);
});

for (const [title, own] of [
  ["another fingerprint", registered.map((image) => ({ ...image, ironic_images_fingerprint: "f0" }))],
  ["another image of the stack", registered.map((image) => ({ ...image, ironic_images_image: "other" }))],
  ["a record without data", registered.map((image) => ({ ...image, status: "queued" }))],
] as const) {
  test(`what stands in Glance with ${title} does not count as there`, () => {
    assert.match(judged({ usage: mib(1000, 1000), own }).refusals.join(), /100 MiB more are needed/);
  });
}

const met: Record<string, Partial<CloudFacts>> = {
  "formats-accepted": { formats: { disk: [], container: [] } },
  "roles-suffice": { roles: member },
  "default-store-writable": { stores: [{ id: "archive", isDefault: true, isReadOnly: true }] },
  "quotas-suffice": { usage: mib(10, 0) },
  "names-of-nobody-else": { named: [record({ name: "my-image" })] },
  "names-of-no-other-stack": { named: [record({ name: "my-image", ironic_images_stack: "prod" })] },
};
for (const [name, facts] of Object.entries(met)) {
  test(`${name} is the one rule that speaks of its case`, () => {
    const question = { groups: [triple], facts: { ...open, ...facts }, stack, publicRoles: ["admin"] };
    const speak = preflightRules.filter((rule) => rule.check(question).length > 0);
    assert.deepEqual(
      speak.map((rule) => rule.name),
      [name],
    );
  });
}

test("everything that is wrong is said at once", () => {
  const { refusals } = judged({ roles: member, usage: mib(10, 0), named: [record({ name: "my-image" })] });
  assert.equal(refusals.length, 3);
});
