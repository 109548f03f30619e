import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import "../../components/lazy-properties.ts";
import { mockEngine } from "../support/mocks.ts";

class Thing extends pulumi.CustomResource {
  declare readonly early: pulumi.Output<string>;
  declare readonly late: pulumi.Output<string>;
  declare readonly hidden: pulumi.Output<string>;
  declare readonly missing: pulumi.Output<string | undefined>;

  constructor(name: string, props: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { early: "e", late: "l", missing: undefined, ...props }, opts);
  }
}

/** Whether somebody has read a property yet. */
const isPostponed = (thing: Thing, key: keyof Thing) => Object.getOwnPropertyDescriptor(thing, key)?.get !== undefined;
const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply((it) => resolve(it as T)));

test("with a played engine: a property is an output from when it is read, before the answer or after it", async () => {
  await mockEngine({}, false);
  const thing = new Thing("thing", { hidden: pulumi.secret("s") });
  const { early } = thing;
  assert.ok(pulumi.Output.isInstance(early));
  assert.equal(thing.early, early);
  for (const key of ["late", "hidden", "missing"] as const) assert.ok(isPostponed(thing, key), key);
  assert.equal(await value(early), "e");
  await value(thing.urn);
  assert.ok(isPostponed(thing, "late"));
  assert.equal(await value(thing.late), "l");
  assert.ok(!isPostponed(thing, "late"));
  assert.equal(await value(thing.missing), undefined);
});

test("with a played engine: one that is read late is as secret, and leads to its resource as one that is read early", async () => {
  await mockEngine({}, false);
  const things = ["read early", "read late"].map((name) => new Thing(name, { hidden: pulumi.secret("s") }));
  const [early, late] = things as [Thing, Thing];
  const before = early.hidden;
  await Promise.all(things.map(({ id }) => value(id)));
  const facts = async (output: pulumi.Output<string>) => {
    const { isSecret, isKnown, allResources } = output as unknown as {
      isSecret: Promise<boolean>;
      isKnown: Promise<boolean>;
      allResources(): Promise<Set<pulumi.Resource>>;
    };
    return [await isSecret, await isKnown, (await allResources()).size];
  };
  assert.deepEqual(await facts(late.hidden), await facts(before));
  assert.deepEqual(await facts(before), [true, true, 1]);
});

test("a property that a resource has already is refused in the SDK's words", () => {
  const { transferProperties } = createRequire(import.meta.url)("@pulumi/pulumi/runtime/rpc.js") as {
    transferProperties(onto: object, label: string, props: object): unknown;
  };
  assert.throws(() => transferProperties({ taken: 1 }, "it", { free: 1, taken: 2 }), /'taken' is already initialized/);
});
