import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { cacheDirectory, cacheEntries } from "../../core/cache-directory.ts";

const homeOfUser = join(userInfo().homedir, ".cache/ironic-images");

const cases: [string, Record<string, string>, string][] = [
  ["our own variable first", { IRONIC_IMAGES_CACHE: "/mine", XDG_CACHE_HOME: "/xdg", HOME: "/h" }, "/mine"],
  ["then XDG", { XDG_CACHE_HOME: "/xdg", HOME: "/h" }, "/xdg/ironic-images"],
  ["a relative XDG_CACHE_HOME is ignored", { XDG_CACHE_HOME: "xdg", HOME: "/h" }, "/h/.cache/ironic-images"],
  ["then the home directory", { HOME: "/h" }, "/h/.cache/ironic-images"],
  ["an empty HOME is none", { HOME: "" }, homeOfUser],
  ["a relative HOME is none", { HOME: "h" }, homeOfUser],
];
for (const [title, env, expected] of cases)
  test(`the cache: ${title}`, () => assert.equal(cacheDirectory(env), expected));

test("what the program and its tools put into the cache is in the list by which `npm run clean` knows its own", async () => {
  const project = fileURLToPath(new URL("../..", import.meta.url));
  const named = new Set<string>();
  for await (const file of glob("{core,tools,providers,test/support}/**/*.ts", { cwd: project })) {
    const text = await readFile(join(project, file), "utf8");
    for (const [, entry] of text.matchAll(/cacheDirectory(?:\([^()]*\))?, "([\w-]+)"/g)) named.add(entry ?? "");
  }
  assert.deepEqual([...named].sort(), [...cacheEntries]);
});
