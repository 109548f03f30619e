import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";

const repository = path.resolve(import.meta.dirname, "../..");

async function inChild(code: string): Promise<unknown> {
  const args = ["--input-type=module", "--eval", code];
  return JSON.parse((await execa(process.execPath, args, { cwd: repository })).stdout);
}

test("stack traces are Node's own where the SDK has put source maps into them, and name the line", async () => {
  const [before, after, frame] = (await inChild(`
    import "source-map-support/register.js";
    const before = typeof Error.prepareStackTrace;
    await import("./providers/plain-stacks.ts");
    let frame = "";
    try {
      (await import("./core/recipe/recipes.ts")).loadRecipe("/", "no such recipe");
    } catch (error) {
      frame = error.stack;
    }
    console.log(JSON.stringify([before, typeof Error.prepareStackTrace, frame]));
  `)) as [string, string, string];
  assert.equal(before, "function");
  assert.notEqual(after, "function");
  assert.match(frame, /at (Module\.)?loadRecipe \(.*\/core\/recipe\/recipes\.ts:\d+:\d+\)/);
});

test("a shrunk heap keeps no room for young objects, and takes none again", async () => {
  const [before, after, later] = (await inChild(`
    import { getHeapSpaceStatistics } from "node:v8";
    import { shrinkHeap } from "./providers/small-heap.ts";
    const young = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space").space_size / 2 ** 20;
    const work = () => Array.from({ length: 300_000 }, (_, index) => ({ index, text: "x" + index })).length;
    work();
    const before = young();
    shrinkHeap();
    const after = young();
    work();
    console.log(JSON.stringify([before, after, young()]));
  `)) as [number, number, number];
  assert.ok(before >= 8, `${before} MiB before`);
  assert.ok(after <= 2, `${after} MiB after`);
  assert.ok(later <= 4, `${later} MiB later`);
});
