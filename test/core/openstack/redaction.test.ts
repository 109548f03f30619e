import assert from "node:assert/strict";
import { test } from "node:test";
import { redacted, secretsOf } from "../../../core/openstack/redaction.ts";

const secret = `pä"s\\s <w>&'ör d+%\t😀`;
const body = JSON.stringify({ auth: { password: secret } });
const html = (text: string) =>
  text.replace(/[&<>"']/g, (found) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" }[found]};`);
const ascii = (text: string) =>
  text.replace(/[^ -~]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

const spellings: [title: string, text: string][] = [
  ["as it is", secret],
  ["in JSON", body],
  ["in JSON of ASCII, as Python writes it", ascii(body)],
  ["in JSON in JSON", JSON.stringify({ error: { message: `bad: ${body}` } })],
  ["in ASCII JSON in ASCII JSON", ascii(JSON.stringify({ error: { message: `bad: ${ascii(body)}` } }))],
  ["in HTML", html(secret)],
  ["in JSON in HTML", html(body)],
  ["in an address", encodeURIComponent(secret)],
  ["in a form", new URLSearchParams({ secret }).toString()],
];
for (const [title, text] of spellings) {
  test(`a secret is found ${title}`, () => {
    const told = redacted(`before ${text} after`, [secret]);
    assert.match(told, /^before .*\[secret\].* after$/);
    for (const part of ["w>", "w&gt", "😀", "d83d", "%F0", "ör", "f6r"]) assert.ok(!told.includes(part), told);
  });
}

test("all secrets go, the longer one whole, and without one the text stays", () => {
  assert.equal(redacted("a abcd abc b", ["abc", "abcd"]), "a [secret] [secret] b");
  assert.equal(redacted("a.c abc", ["a.c", ""]), "[secret] abc");
  assert.equal(redacted("a b", []), "a b");
  assert.equal(redacted("a b", [""]), "a b");
});

test("a text of backslashes is done with at once", () => {
  const began = process.cpuUsage();
  redacted("\\".repeat(100_000), ["\\".repeat(10) + "x", `a\\\\\\b"c`, "\\\\x"]);
  assert.ok(process.cpuUsage(began).user < 2_000_000, "microseconds of a processor");
});

test("the secrets are those of the method, and the tokens", () => {
  const user = { id: "u" };
  assert.deepEqual(secretsOf({ identity: { method: "password", user, password: "p" } }, "t"), ["p", "t"]);
  assert.deepEqual(secretsOf({ identity: { method: "token", token: "own" } }, "t"), ["own", "t"]);
  assert.deepEqual(secretsOf({ identity: { method: "application_credential", id: "i", secret: "s" } }), ["s"]);
});
