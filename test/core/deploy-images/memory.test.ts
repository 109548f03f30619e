import assert from "node:assert/strict";
import { test } from "node:test";
import { ramdiskMemory, requireFits } from "../../../core/deploy-images/memory.ts";

const mebibyte = 2 ** 20;
const ramdisk = { size: 319 * mebibyte - 1, virtualSize: 900 * mebibyte };

test("a ramdisk needs what it is packed and unpacked together", () => {
  assert.deepEqual(ramdiskMemory(ramdisk), { packedMiB: 319, unpackedMiB: 900, neededMiB: 1219 });
});

const budgets: readonly (readonly [minimum: number | undefined, fits: boolean])[] = [
  [undefined, true],
  [1219, true],
  [1218, false],
];

for (const [minimum, fits] of budgets) {
  test(`with a smallest node of ${minimum ?? "unknown"} MiB it is ${fits ? "taken" : "refused with all figures"}`, () => {
    const check = () => requireFits("amd64", ramdiskMemory(ramdisk, minimum));
    if (fits) assert.doesNotThrow(check);
    else
      assert.throws(check, {
        code: "ramdisk-too-big",
        message:
          /deployImages\.amd64: .* takes 1219 MiB .*319 MiB packed, 900 MiB unpacked.* has 1218 MiB; nothing was registered/,
      });
  });
}
