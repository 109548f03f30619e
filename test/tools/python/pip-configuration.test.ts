import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePipConfiguration, uvSettings } from "../../../tools/python/pip-configuration.ts";

const told = (output: string, environment = {}) => uvSettings(parsePipConfiguration(output), environment);

for (const [title, output, environment, expected] of [
  ["nothing configured", "", {}, {}],
  [
    "an index",
    "global.index-url='https://index.example/simple'",
    {},
    { UV_DEFAULT_INDEX: "https://index.example/simple" },
  ],
  [
    "more indexes, one a line in pip's file",
    String.raw`global.extra-index-url='\nhttps://a.example\nhttps://b.example'`,
    {},
    { UV_INDEX: "https://a.example https://b.example" },
  ],
  [
    "the environment of pip wins over its file",
    "global.cert='/file.pem'\n:env:.cert='/environment.pem'",
    {},
    { SSL_CERT_FILE: "/environment.pem" },
  ],
  [
    "also when it is listed first",
    ":env:.cert='/environment.pem'\nglobal.cert='/file.pem'",
    {},
    { SSL_CERT_FILE: "/environment.pem" },
  ],
  [
    "install is more special than global",
    "install.proxy='http://i:1'\nglobal.proxy='http://g:1'",
    {},
    { ALL_PROXY: "http://i:1" },
  ],
  ["directories of wheels", ":env:.find-links='/a /b'", {}, { UV_FIND_LINKS: "/a,/b" }],
  [
    "hosts without a certificate",
    "global.trusted-host='a.example b.example'",
    {},
    { UV_INSECURE_HOST: "a.example b.example" },
  ],
  ["a timeout", ":env:.default-timeout='180'", {}, { UV_HTTP_TIMEOUT: "180" }],
  ["a value in double quotes with an apostrophe", `global.cert="/it's.pem"`, {}, { SSL_CERT_FILE: "/it's.pem" }],
  [
    "what is said to uv itself stays",
    "global.index-url='https://pip.example'",
    { UV_DEFAULT_INDEX: "https://uv.example" },
    {},
  ],
  ["also under its older name", "global.index-url='https://pip.example'", { UV_INDEX_URL: "https://uv.example" }, {}],
  [
    "an empty variable says nothing",
    "global.index-url='https://pip.example'",
    { UV_DEFAULT_INDEX: "" },
    { UV_DEFAULT_INDEX: "https://pip.example" },
  ],
  ["sections of other commands do not count", "download.index-url='https://d.example'", {}, {}],
] as const) {
  test(`pip to uv: ${title}`, () =>
    assert.deepEqual(told(output, environment), { environment: expected, options: [] }));
}

test("pip to uv: no index at all", () =>
  assert.deepEqual(told("global.no-index='true'"), { environment: {}, options: ["--no-index"] }));
