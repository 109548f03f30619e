import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../..");

/** What Node has kept of a process that loads a module with types, and is killed a second later. */
async function keptOf(directory: string, imports: string): Promise<string[]> {
  const code = `${imports} await import("./core/recipe/recipes.ts"); setTimeout(() => console.log("loaded"), 1000); setInterval(() => {}, 1000);`;
  const running = execa(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: repository,
    env: { NODE_COMPILE_CACHE: directory },
    reject: false,
  });
  // From outside, as an engine does: Node would write before it kills itself.
  running.stdout.once("data", () => running.kill("SIGKILL"));
  const { signal } = await running;
  assert.equal(signal, "SIGKILL");
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

test("what Node compiled is kept of a provider that is killed, as of no other process", async (t) => {
  const directory = temporaryDirectory(t);
  assert.deepEqual(await keptOf(path.join(directory, "other"), ""), []);
  const kept = await keptOf(path.join(directory, "provider"), 'await import("./providers/keep-compiled.ts");');
  assert.ok(kept.length > 5, kept.join(" "));
});
