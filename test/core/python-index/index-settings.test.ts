import assert from "node:assert/strict";
import { test } from "node:test";
import { pipVariables, readIndexSettings, type IndexSettings } from "../../../core/python-index/index-settings.ts";
import { bareQuestion, needsPip } from "./support.ts";

const none: IndexSettings = { extraIndexUrls: [], trustedHosts: [], findLinks: [], noIndex: false, timeout: 15 };
const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_CACHE_DIR: "1" };

test("a host that says nothing has the index that pip knows by itself, which is not named", async (t) => {
  const question = await bareQuestion(t);
  if (question === undefined) return t.skip(needsPip);
  assert.deepEqual(await readIndexSettings(question), none);
});

test("what a host says of its index is read as pip reads it", async (t) => {
  const question = await bareQuestion(t, {
    PIP_INDEX_URL: "https://a.example/simple",
    PIP_EXTRA_INDEX_URL: "https://b.example/simple https://c.example/simple",
    PIP_TRUSTED_HOST: "a.example:8443",
    PIP_FIND_LINKS: "/a/directory https://d.example/links",
    PIP_DEFAULT_TIMEOUT: "60",
    PIP_CERT: "/etc/ca.pem",
    PIP_PROXY: "http://proxy.example:3128",
  });
  if (question === undefined) return t.skip(needsPip);
  assert.deepEqual(await readIndexSettings(question), {
    indexUrl: "https://a.example/simple",
    extraIndexUrls: ["https://b.example/simple", "https://c.example/simple"],
    trustedHosts: ["a.example:8443"],
    findLinks: ["https://d.example/links"],
    noIndex: false,
    timeout: 60,
    cert: "/etc/ca.pem",
    proxy: "http://proxy.example:3128",
  });
});

for (const [title, settings, wheels, expected] of [
  ["nothing known", undefined, undefined, {}],
  ["pip's own index", none, undefined, { PIP_DEFAULT_TIMEOUT: "15" }],
  [
    "an index of the host",
    { ...none, indexUrl: "https://a.example", extraIndexUrls: ["https://b.example", "https://c.example"] },
    undefined,
    {
      PIP_DEFAULT_TIMEOUT: "15",
      PIP_INDEX_URL: "https://a.example",
      PIP_EXTRA_INDEX_URL: "https://b.example https://c.example",
    },
  ],
  ["no index", { ...none, noIndex: true }, undefined, { PIP_DEFAULT_TIMEOUT: "15", PIP_NO_INDEX: "1" }],
  [
    "wheels, and nothing of the index",
    { ...none, indexUrl: "https://a.example" },
    "/mnt/wheels",
    { PIP_NO_INDEX: "1", PIP_FIND_LINKS: "/mnt/wheels" },
  ],
] as const) {
  test(`the pip in the ramdisk is told: ${title}`, () =>
    assert.deepEqual(pipVariables(settings, wheels), { ...quiet, ...expected }));
}
