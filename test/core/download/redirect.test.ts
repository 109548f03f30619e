import assert from "node:assert/strict";
import type { LookupFunction } from "node:net";
import { test, type TestContext } from "node:test";
import { redirectTarget } from "../../../core/download/redirect.ts";
import { content, downloadInto, serve, sha256 } from "./server.ts";

const far = new URL("http://mirror.example/file");

for (const [what, from, location, expected] of [
  ["to a path", "http://a.example/x/y", "z", "http://a.example/x/z"],
  ["from http to https", "http://a.example/x", "https://a.example/x", "https://a.example/x"],
  ["to a private address", "http://a.example/x", "http://10.1.2.3/x", "http://10.1.2.3/x"],
  ["to the same host, with the credentials", "http://u:p@a.example/x", "/y", "http://u:p@a.example/y"],
  ["to another host, without the credentials", "http://u:p@a.example/x", "http://b.example/y", "http://b.example/y"],
  [
    "to another port, without the credentials",
    "http://u:p@a.example/x",
    "http://a.example:81/",
    "http://a.example:81/",
  ],
] as const) {
  test(`a redirect ${what} is followed`, () =>
    assert.equal(redirectTarget(new URL(from), new URL(from), location).href, expected));
}

for (const [what, from, location, message] of [
  ["from https to http", "https://a.example/x", "http://a.example/x", /not as safe as what was asked for/],
  ["from https to a scheme of its own", "https://a.example/x", "gopher://a.example/", /not as safe/],
  ["to this machine", "http://a.example/x", "http://127.0.0.1:8080/x", /which is on this machine/],
  ["to this machine by name", "http://a.example/x", "http://localhost/x", /which is on this machine/],
  ["to this machine in odd spelling", "http://a.example/x", "http://0177.1/x", /which is on this machine/],
  ["to this machine over IPv6", "http://a.example/x", "http://[::ffff:7f00:1]/x", /which is on this machine/],
] as const) {
  test(`fault 24: a redirect ${what} is refused, and its query is not told`, () =>
    assert.throws(
      () => redirectTarget(far, new URL(from), `${location}?secret`),
      (error: Error) => message.test(error.message) && !error.message.includes("secret"),
    ));
}

/** An operator's proxy, for as long as the test runs. */
function setProxy(t: TestContext, url: string, noProxy = ""): void {
  const values = { http_proxy: url, HTTP_PROXY: url, no_proxy: noProxy, NO_PROXY: noProxy };
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  t.after(() => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
}

test("a proxy of the environment is asked for the whole URL", async (t) => {
  const { origin, requests } = await serve(t, (_request, response) => void response.end(content));
  setProxy(t, origin);
  assert.equal((await downloadInto(t, "http://mirror.example").run()).sha256, sha256);
  assert.equal(requests[0]?.url, "http://mirror.example/file");
});

test("what comes from far away, by a proxy, cannot redirect to this machine", async (t) => {
  const inner = await serve(t, (_request, response) => void response.end(content));
  const proxy = await serve(
    t,
    (_request, response) => void response.writeHead(302, { location: `${inner.origin}/file` }).end(),
  );
  setProxy(t, proxy.origin);
  await assert.rejects(downloadInto(t, "http://mirror.example").run, { message: /which is on this machine/ });
  assert.equal(inner.requests.length, 0);
});

for (const [what, address, message] of [
  ["a metadata address", "169.254.169.254", /whose address is 169\.254\.169\.254: a link-local or metadata address/],
  ["a link-local IPv6 address", "fe80::1", /whose address is fe80::1: a link-local or metadata address/],
  ["this machine", "127.0.0.1", /whose address is 127\.0\.0\.1: which is on this machine/],
] as const) {
  test(`fault 24: a name that resolves to ${what} (stand-in resolver) is not connected to after a redirect`, async (t) => {
    const proxy = await serve(
      t,
      (_request, response) => void response.writeHead(302, { location: "http://rebound.example/file" }).end(),
    );
    setProxy(t, proxy.origin, "rebound.example");
    const asked: string[] = [];
    const lookup: LookupFunction = (hostname, options, callback) => {
      asked.push(hostname);
      if (options.all === true) callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
      else callback(null, address, address.includes(":") ? 6 : 4);
    };
    await assert.rejects(downloadInto(t, "http://mirror.example", { lookup }).run, {
      code: "download-failed",
      message,
    });
    assert.deepEqual(asked, ["rebound.example"]);
  });
}

test("an operator's own machine may redirect to itself", async (t) => {
  const { origin } = await serve(
    t,
    (request, response) =>
      void (request.url === "/file" ? response.writeHead(307, { location: "/other" }).end() : response.end(content)),
  );
  assert.equal((await downloadInto(t, origin).run()).sha256, sha256);
});
