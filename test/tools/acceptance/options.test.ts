import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptanceOptions } from "../../../tools/acceptance/options.ts";

const none = { stack: "local", images: [], quick: false, keep: false, conductor: "ironic" };

for (const [args, options] of [
  [[], none],
  [["--stack", "prod", "--quick"], { ...none, stack: "prod", quick: true }],
  [["--image", "one", "--image=two"], { ...none, images: ["one", "two"] }],
  [["--keep", "--conductor", "baremetal"], { ...none, keep: true, conductor: "baremetal" }],
] as const) {
  test(`\`${args.join(" ")}\` is understood`, () => {
    assert.deepEqual(acceptanceOptions(args), options);
  });
}

test("what is no option is refused", () => {
  assert.throws(() => acceptanceOptions(["--fast"]), /--fast/);
});
