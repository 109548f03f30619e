import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { visibilities, type Visibility } from "../../../core/openstack/glance.ts";
import { visibilitySteps } from "../../../core/openstack/publish.ts";

const roles = ["kernel", "ramdisk", "image"] as const;
const triple = (kernel: Visibility, ramdisk: Visibility, image: Visibility) => {
  const now = { kernel, ramdisk, image };
  return roles.map((role) => ({ id: `${role}-id`, role, visibility: now[role] }));
};

const examples: { title: string; now: [Visibility, Visibility, Visibility]; to: Visibility; order: string[] }[] = [
  {
    title: "publishing takes the image last",
    now: ["private", "private", "private"],
    to: "public",
    order: ["kernel", "ramdisk", "image"],
  },
  {
    title: "withdrawing takes the image first",
    now: ["public", "public", "public"],
    to: "private",
    order: ["image", "ramdisk", "kernel"],
  },
  { title: "nothing to do is nothing done", now: ["private", "private", "private"], to: "private", order: [] },
  {
    title: "what has it already is left alone",
    now: ["public", "private", "private"],
    to: "public",
    order: ["ramdisk", "image"],
  },
  {
    title: "a mixed triple widens, moves the image, narrows",
    now: ["public", "private", "private"],
    to: "community",
    order: ["ramdisk", "image", "kernel"],
  },
];
for (const { title, now, to, order } of examples) {
  test(`visibilitySteps: ${title}`, () =>
    assert.deepEqual(
      visibilitySteps(triple(...now), to).map(({ role }) => role),
      order,
    ));
}

test("visibilitySteps: no step takes the image further out of the reach of its kernel and ramdisk", () => {
  const reach = (visibility: Visibility) => visibilities.indexOf(visibility);
  const any = fc.constantFrom(...visibilities);
  fc.assert(
    fc.property(any, any, any, any, (kernel, ramdisk, image, to) => {
      const now = { kernel, ramdisk, image };
      const hidden = () => Math.max(0, reach(now.image) - Math.min(reach(now.kernel), reach(now.ramdisk)));
      let before = hidden();
      for (const { role, to: next } of visibilitySteps(triple(kernel, ramdisk, image), to)) {
        now[role] = next;
        assert.ok(hidden() <= before);
        before = hidden();
      }
      assert.deepEqual(now, { kernel: to, ramdisk: to, image: to });
    }),
  );
});
