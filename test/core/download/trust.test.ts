import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as https from "node:https";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { listen } from "../openstack/listen.ts";
import { content, downloadInto, sha256 } from "./server.ts";

/** A server whose certificate nobody knows, and the file that holds it. */
async function secureServer(t: TestContext, listener: Parameters<typeof https.createServer>[1]) {
  const directory = temporaryDirectory(t);
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  await execa("openssl", ["req", "-x509", ...kind, ...names, "-keyout", key, "-out", cert]);
  const server = await listen(
    https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, listener),
    "https",
  );
  t.after(server.stop);
  return { origin: server.url, cert };
}

function setVariable(t: TestContext, name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  t.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

for (const name of ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]) {
  test(`a CA of one's own that ${name} names is trusted`, async (t) => {
    const { origin, cert } = await secureServer(t, (_request, response) => void response.end(content));
    setVariable(t, name, cert);
    assert.equal((await downloadInto(t, origin).run()).sha256, sha256);
  });
}

test("a certificate that nobody knows is refused at once, and the message says where to name its CA", async (t) => {
  const { origin } = await secureServer(t, (_request, response) => void response.end(content));
  setVariable(t, "SSL_CERT_FILE", "/there/is/no/such/file");
  const { run, reports } = downloadInto(t, origin);
  await assert.rejects(run, {
    code: "download-failed",
    message: /does not trust .*NODE_EXTRA_CA_CERTS or SSL_CERT_FILE/,
  });
  assert.deepEqual(reports, []);
});

test("fault 24: a redirect from https to http is refused", async (t) => {
  const { origin, cert } = await secureServer(
    t,
    (request, response) =>
      void response.writeHead(302, { location: `http://${request.headers.host ?? ""}/file` }).end(),
  );
  setVariable(t, "SSL_CERT_FILE", cert);
  await assert.rejects(downloadInto(t, origin).run, { message: /which is not as safe as what was asked for/ });
});
