import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { mockEngine } from "./support/mocks.ts";

test("bad config ends the program, with a played engine, before anything is registered and with every mistake", async () => {
  const registered = await mockEngine(
    {
      userImages: {
        "my-image": { recipe: "no-such-recipe" },
        other: { recipe: "debian-minimal-partition", visibility: "everybody" },
      },
    },
    true,
  );
  await assert.rejects(import("../index.ts"), (error: unknown) => {
    assert.ok(pulumi.RunError.isInstance(error));
    assert.match(error.message, /stacks\/Pulumi\.mocked\.yaml:userImages\.my-image\.recipe: .*no-such-recipe/);
    assert.match(error.message, /stacks\/Pulumi\.mocked\.yaml:userImages\.other\.visibility: .*everybody/);
    return true;
  });
  assert.deepEqual(
    registered.map(({ type }) => type),
    [],
  );
});
