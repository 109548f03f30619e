import assert from "node:assert/strict";
import * as http from "node:http";
import * as https from "node:https";
import { test, type TestContext } from "node:test";
import { exchange } from "../../../core/openstack/http.ts";
import type { IronicImagesError } from "../../../core/errors.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { selfSigned } from "./certificate.ts";
import { listen } from "./listen.ts";

async function secureServer(t: TestContext): Promise<{ url: string; ca: string }> {
  const { key, cert } = await selfSigned(temporaryDirectory(t));
  const secure = https.createServer({ key, cert }, (_request, response) => response.end("secure"));
  const server = await listen(secure, "https");
  t.after(server.stop);
  return { url: server.url, ca: cert };
}

test("a certificate of a CA of one's own is accepted with cacert", async (t) => {
  const { url, ca } = await secureServer(t);
  const response = await exchange({ method: "GET", url }, { ca, verify: true });
  assert.deepEqual([response.status, response.body], [200, "secure"]);
});

test("without cacert it is refused, and the message says where to name the CA", async (t) => {
  const { url } = await secureServer(t);
  await assert.rejects(exchange({ method: "GET", url }, { verify: true }), (error: IronicImagesError) => {
    assert.equal(error.code, "cloud-unreachable");
    assert.match(error.message, /^GET https:\/\/127\.0\.0\.1:\d+: \w*(CERT|SELF_SIGNED)\w*; .*cacert in clouds\.yaml$/);
    return true;
  });
});

test("verify: false accepts any certificate", async (t) => {
  const { url } = await secureServer(t);
  assert.equal((await exchange({ method: "GET", url }, { verify: false })).status, 200);
});

test("a proxy of the environment is used, but not for loopback", async (t) => {
  const proxied: string[] = [];
  const proxy = await listen(
    http.createServer((request, response) => {
      proxied.push(request.url ?? "");
      response.end("by proxy");
    }),
    "http",
  );
  t.after(proxy.stop);
  const direct = await listen(
    http.createServer((_request, response) => response.end("direct")),
    "http",
  );
  t.after(direct.stop);
  const variables = ["http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"];
  const before = variables.map((name) => [name, process.env[name]] as const);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of variables) delete process.env[name];
  process.env["HTTP_PROXY"] = proxy.url;

  assert.equal(
    (await exchange({ method: "GET", url: "http://keystone.invalid/v3" }, { verify: true })).body,
    "by proxy",
  );
  assert.equal((await exchange({ method: "GET", url: direct.url }, { verify: true })).body, "direct");
  assert.deepEqual(proxied, ["http://keystone.invalid/v3"]);
});

test("user information of an address that is not reached is not told", async () => {
  const url = "http://me:s3cret@127.0.0.1:1/v3";
  await assert.rejects(exchange({ method: "GET", url }, { verify: true }), {
    message: "GET http://127.0.0.1:1/v3: ECONNREFUSED",
  });
});

for (const [title, answer] of [
  ["a server that never answers", () => {}],
  ["a server that stops in the middle of its answer", (response: http.ServerResponse) => response.write("half")],
] as const) {
  test(`${title} is given up after the timeout`, async (t) => {
    const server = await listen(
      http.createServer((_request, response) => answer(response)),
      "http",
    );
    t.after(server.stop);
    await assert.rejects(exchange({ method: "GET", url: server.url }, { verify: true }, 200), {
      code: "cloud-unreachable",
      message: /no answer within 0.2 s/,
    });
  });
}
