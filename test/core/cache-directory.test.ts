import assert from "node:assert/strict";
import test from "node:test";
import { cacheDirectory } from "../../core/cache-directory.ts";

const cases: [string, Record<string, string>, string][] = [
  ["our own variable first", { IRONIC_IMAGES_CACHE: "/mine", XDG_CACHE_HOME: "/xdg", HOME: "/h" }, "/mine"],
  ["then XDG", { XDG_CACHE_HOME: "/xdg", HOME: "/h" }, "/xdg/ironic-images"],
  ["a relative XDG_CACHE_HOME is ignored", { XDG_CACHE_HOME: "xdg", HOME: "/h" }, "/h/.cache/ironic-images"],
  ["then the home directory", { HOME: "/h" }, "/h/.cache/ironic-images"],
];
for (const [title, env, expected] of cases)
  test(`the cache: ${title}`, () => assert.equal(cacheDirectory(env), expected));
