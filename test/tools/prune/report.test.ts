import assert from "node:assert/strict";
import { test } from "node:test";
import { pruneReport, whyKept } from "../../../tools/prune/report.ts";
import type { Look } from "../../../tools/prune/look.ts";
import { image, node, part, plan, uuid } from "../../core/prune/samples.ts";

const state = { exported: "", ids: new Set<string>(), savedAt: new Date(), hasResources: true, projectIds: [] };

function report(look: Partial<Look>): string {
  return pruneReport({ state, plan: plan([]), nodes: undefined, ...look }, "prod");
}

test("nothing left is one line", () => {
  assert.equal(
    report({ plan: plan([image(1)], { stateIds: new Set([uuid(1)]) }) }),
    "Stack prod left no images in Glance; 1 of its images are in the state and not touched.",
  );
});

test("the report says what goes, what stays and why, who names it, and what nobody could ask", () => {
  const nodes = [node({ deploy_kernel: uuid(3) })];
  const images = [part(1, "aki"), part(2, "ari"), part(3, "aki"), image(4, { protected: true, size: null })];
  const asked = { endpoint: "http://ironic.example.org", nodes, isAdmin: true };
  assert.equal(
    report({ plan: plan(images, { nodes }), nodes: asked }),
    `
ID                                    NAME     IMAGE     ROLE     SIZE   CREATED               BUILD         ACTION  WHY
${uuid(2)}  image-2  my-image  ramdisk  5 MiB  2026-02-28T12:00:00Z  0123456789ab  delete  not in the state
${uuid(1)}  image-1  my-image  kernel   5 MiB  2026-02-28T12:00:00Z  0123456789ab  delete  not in the state
${uuid(3)}  image-3  my-image  kernel   5 MiB  2026-02-28T12:00:00Z  0123456789ab  keep    named by 1 node
${uuid(4)}  image-4  my-image  image    -      2026-02-28T12:00:00Z  0123456789ab  keep    protected (see --unprotect)

ID                                    NAMED BY  NAME      UUID                                  FIELD
${uuid(3)}  node      rack1-07  ${uuid(0)}  driver_info.deploy_kernel

To delete: 2. Kept: 2. Stack prod: 0 of its images are in the state and not touched.

1 nodes asked in http://ironic.example.org.
Not asked: images of other projects that these credentials may not see.
Remaining window: a node that is given one of these images from now on, until the last is deleted.
ironic.conf cannot be asked; see that no conductor names one of these in it:
  ${uuid(2)}
  ${uuid(1)}`.trimStart(),
  );
});

test("a kernel that only a leaving user image names is not looked for in ironic.conf", () => {
  const text = report({ plan: plan([part(1, "aki"), image(2, { kernel_id: uuid(1) })]) });
  assert.match(
    text,
    /^No baremetal service in the catalog: references by nodes and by ironic\.conf were not checked\.$/m,
  );
  assert.doesNotMatch(text, /ironic\.conf cannot be asked/);
});

test("credentials without the role admin may have seen some nodes only, and the report says so", () => {
  const nodes = { endpoint: "http://ironic.example.org", nodes: [node({})], isAdmin: false };
  assert.match(report({ plan: plan([image(1)]), nodes }), /1 nodes asked .*; without the role admin .*--nodes-cloud/);
});

test("a destroyed stack is said to be one", () => {
  const text = report({ plan: plan([image(1)]), state: { ...state, hasResources: false } });
  assert.match(text, /^Stack prod is destroyed: its state names no image at all\.$/m);
});

test("a protected image that goes all the same is said to be protected", () => {
  const text = report({ plan: plan([image(1, { protected: true })], { unprotect: true }) });
  assert.match(text, / delete +not in the state; protected$/m);
});

test("many users of one image are counted", () => {
  const nodes = [1, 2, 3].map((digit) => ({ ...node({ deploy_kernel: uuid(9) }), uuid: uuid(digit) }));
  const user = image(8, { kernel_id: uuid(9), owner: "project-2" });
  const [entry] = plan([part(9, "aki", { protected: true }), user], { nodes }).keep;
  assert.equal(entry === undefined ? "" : whyKept(entry), "protected (see --unprotect); named by 3 nodes and 1 image");
});
