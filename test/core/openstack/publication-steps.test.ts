import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { visibilities, type Visibility } from "../../../core/openstack/glance.ts";
import type { OwnedFields } from "../../../core/openstack/owned-fields.ts";
import {
  publicationSteps,
  type PlannedImage,
  type PublicationStep,
} from "../../../core/openstack/publication-steps.ts";

const roles = ["kernel", "ramdisk", "image"] as const;
type Role = (typeof roles)[number];
type Change = Partial<OwnedFields>;

const fields = (change: Change = {}): OwnedFields => ({
  visibility: "private",
  members: [],
  hidden: false,
  protected: false,
  properties: {},
  ...change,
});
const planned = (role: Role, from: Change, to: Change): PlannedImage => ({
  id: `${role}-id`,
  role,
  from: fields(from),
  to: fields(to),
});
const triple = (from: Partial<Record<Role, Change>>, to: Change) =>
  roles.map((role) => planned(role, from[role] ?? {}, to));
const seen = (now: [Visibility, Visibility, Visibility]) =>
  Object.fromEntries(roles.map((role, index) => [role, { visibility: now[index] ?? "private" }]));
/** `image visibility+protected`, a line each. */
const told = (steps: readonly PublicationStep[]) => steps.map(({ role, to }) => `${role} ${Object.keys(to).join("+")}`);
const shared = (...members: string[]): Change => ({ visibility: "shared", members });

const examples: { title: string; from: Partial<Record<Role, Change>>; to: Change; steps: string[] }[] = [
  {
    title: "publishing takes the image last",
    from: {},
    to: { visibility: "public" },
    steps: ["kernel visibility", "ramdisk visibility", "image visibility"],
  },
  {
    title: "withdrawing takes the image first",
    from: seen(["public", "public", "public"]),
    to: {},
    steps: ["image visibility", "ramdisk visibility", "kernel visibility"],
  },
  { title: "nothing to do is nothing done", from: {}, to: {}, steps: [] },
  {
    title: "what has it already is left alone",
    from: seen(["public", "private", "private"]),
    to: { visibility: "public" },
    steps: ["ramdisk visibility", "image visibility"],
  },
  {
    title: "a mixed triple widens, moves the image, narrows",
    from: seen(["public", "private", "private"]),
    to: { visibility: "community" },
    steps: ["ramdisk visibility", "image visibility", "kernel visibility"],
  },
  {
    title: "sharing makes each shared and names its members, the image last",
    from: {},
    to: shared("a"),
    steps: [
      "kernel visibility",
      "ramdisk visibility",
      "kernel members",
      "ramdisk members",
      "image visibility",
      "image members",
    ],
  },
  {
    title: "one member more: kernel and ramdisk first",
    from: { kernel: shared("a"), ramdisk: shared("a"), image: shared("a") },
    to: shared("a", "b"),
    steps: ["kernel members", "ramdisk members", "image members"],
  },
  {
    title: "one member less: the image first",
    from: { kernel: shared("a", "b"), ramdisk: shared("a", "b"), image: shared("a", "b") },
    to: shared("a"),
    steps: ["image members", "ramdisk members", "kernel members"],
  },
  {
    title: "members go before a shared image becomes private",
    from: { kernel: shared("a"), ramdisk: shared("a"), image: shared("a") },
    to: {},
    steps: roles.toReversed().flatMap((role) => [`${role} members`, `${role} visibility`]),
  },
  {
    title: "a shared image that becomes public is never out of its members' reach",
    from: { kernel: shared("a"), ramdisk: shared("a"), image: shared("a") },
    to: { visibility: "public" },
    steps: roles.map((role) => `${role} visibility`),
  },
  {
    title: "properties and os_hidden come first and in one patch, protection last",
    from: {},
    to: { visibility: "public", protected: true, hidden: true, properties: { os_distro: "debian" } },
    steps: [
      ...roles.map((role) => `${role} properties+hidden`),
      ...roles.map((role) => `${role} visibility`),
      ...roles.map((role) => `${role} protected`),
    ],
  },
];
for (const { title, from, to, steps } of examples) {
  test(`publicationSteps: ${title}`, () => assert.deepEqual(told(publicationSteps(triple(from, to))), steps));
}

test("publicationSteps: what is replaced is hidden and unprotected after the new properties and before the new visibility", () => {
  const old = { visibility: "public", protected: true } as const;
  const replaced = roles.map((role) => planned(role, old, { ...old, hidden: true, protected: false }));
  const images = triple({}, { visibility: "public", properties: { os_distro: "debian" } });
  assert.deepEqual(told(publicationSteps(images, replaced)), [
    ...roles.map((role) => `${role} properties`),
    ...roles.toReversed().map((role) => `${role} hidden+protected`),
    ...roles.map((role) => `${role} visibility`),
  ]);
});

test("publicationSteps: no step puts the image further out of the reach of its kernel and ramdisk, and all end as wanted", () => {
  const projects = ["a", "b"];
  const member = fc.subarray(projects);
  const access = fc
    .record({ visibility: fc.constantFrom(...visibilities), members: member })
    .map(({ visibility, members }): Change => ({ visibility, members: visibility === "shared" ? members : [] }));
  fc.assert(
    fc.property(access, access, access, access, (kernel, ramdisk, image, to) => {
      const images = triple({ kernel, ramdisk, image }, to);
      const now = Object.fromEntries(images.map(({ role, from }) => [role, from])) as Record<Role, OwnedFields>;
      const sees = (project: string, { visibility, members }: OwnedFields) =>
        visibility === "public" || visibility === "community" || (visibility === "shared" && members.includes(project));
      const stranded = () =>
        projects.filter((one) => sees(one, now.image) && !(sees(one, now.kernel) && sees(one, now.ramdisk)));
      let before = stranded().length;
      for (const step of publicationSteps(images)) {
        assert.ok(
          step.to.members === undefined || now[step.role].visibility === "shared",
          "Glance has members of shared images only",
        );
        const members = step.to.visibility === undefined ? {} : { members: [] };
        now[step.role] = { ...now[step.role], ...members, ...step.to };
        assert.ok(stranded().length <= before, `${step.role} ${JSON.stringify(step.to)}`);
        before = stranded().length;
      }
      assert.deepEqual(Object.values(now), Array(3).fill(fields(to)));
    }),
    { numRuns: 2000 },
  );
});
