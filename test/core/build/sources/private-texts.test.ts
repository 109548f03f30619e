import assert from "node:assert/strict";
import test from "node:test";
import { privateTexts } from "../../../../core/build/sources/private-texts.ts";
import { redactor } from "../../../../core/build/output/redact.ts";

const texts = privateTexts({
  mirrors: { distribution: "http://user:s%40cret@mirror.example/debian", security: "http://mirror.example/sec" },
  proxy: {
    http: "http://127.0.0.1:3128",
    https: "http://proxy:8080",
    no: "localhost,127.0.0.1,.corp.example,*.lan.example",
  },
});

test("every host and credential of the build is private, each once, and a password in both its spellings", () => {
  assert.deepEqual(
    texts.map(({ text, kind }) => [text, kind]),
    [
      ["mirror.example", "host"],
      ["user:s%40cret", "credential"],
      ["s%40cret", "credential"],
      ["s@cret", "credential"],
      ["127.0.0.1:3128", "host"],
      ["proxy:8080", "host"],
      ["corp.example", "host"],
      ["lan.example", "host"],
    ],
  );
});

test("the log loses credentials, not host names", () => {
  const redact = redactor(texts);
  const text = "GET http://user:s%40cret@mirror.example/x with s@cret";
  assert.equal(redact.push(text) + redact.end(), "GET http://***@mirror.example/x with ***");
});

test("a credential is found wherever the pieces of a text are cut, and none of it is let go before", () => {
  const credentials = ["abcabd", "abcab", "user:abcabd"].map((text) => ({ text, kind: "credential" as const }));
  for (const text of ["x abcabd y", "abcabcabd\nabca", "user:abcabd", "user:abcab user:abcabd"]) {
    const whole = redactor(credentials);
    const expected = whole.push(text) + whole.end();
    assert.doesNotMatch(expected, /abcab/);
    for (let first = 0; first <= text.length; first += 1) {
      for (let second = first; second <= text.length; second += 1) {
        const redact = redactor(credentials);
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        const out = [...pieces.map((piece) => redact.push(piece)), redact.end()].join("");
        assert.equal(out, expected, `${text} cut at ${first} and ${second}`);
      }
    }
  }
});

test("whole lines are not held back", () => {
  assert.match(redactor([{ text: "secret", kind: "credential" }]).push("one secret\ntwo sec"), /^one \*\*\*\n/);
});

test("of the Python index every host and credential is private, and what pip knows by itself is not asked for", () => {
  const found = privateTexts({
    mirrors: {},
    proxy: {},
    pythonIndex: {
      indexUrl: "https://me:index-password@index.example/simple",
      extraIndexUrls: ["https://extra.example:8443/simple"],
      trustedHosts: ["trusted.example:8080"],
      findLinks: ["https://links.example/wheels"],
      noIndex: false,
      timeout: 15,
      proxy: "http://pip-proxy.example:3128",
    },
  });
  assert.deepEqual(found.map(({ text, kind }) => `${kind} ${text}`).sort(), [
    "credential index-password",
    "credential me:index-password",
    "host extra.example",
    "host index.example",
    "host links.example",
    "host pip-proxy.example",
    "host trusted.example",
  ]);
  const settings = { extraIndexUrls: [], trustedHosts: [], findLinks: [], noIndex: false, timeout: 15 };
  assert.deepEqual(privateTexts({ mirrors: {}, proxy: {}, pythonIndex: settings }), []);
});
