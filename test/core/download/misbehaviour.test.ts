import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { DownloadRequest } from "../../../core/download/download.ts";
import { content, contentRange, cut, downloadInto, serve, sha256Of } from "./server.ts";

interface Misbehaviour {
  readonly title: string;
  readonly server: RequestListener;
  readonly message: RegExp;
  readonly tries: number;
  readonly request?: Partial<DownloadRequest>;
}

const redirectTo =
  (location: string): RequestListener =>
  (_request, response) =>
    response.writeHead(302, { location }).end();

// Packed before anything is asked: the server shares its thread with the client, whose patience is short.
const packed = gzipSync(content);

const misbehaviours: readonly Misbehaviour[] = [
  {
    title: "fault 22: a server that cuts the body short of its Content-Length",
    server: (_request, response) => cut(response, {}, 0, 1_000_000),
    message: /\/file ends too early \(ECONNRESET\), 3 times; try again later/,
    tries: 3,
  },
  {
    title: "fault 22: a server that cuts a chunked body",
    server: (_request, response) => response.write(content, () => setTimeout(() => response.destroy(), 20)),
    message: /ends too early \(ECONNRESET\), 3 times/,
    tries: 3,
  },
  {
    title: "fault 26: a server that stops in the middle and keeps the connection",
    server: (_request, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 100));
    },
    message: /only 100 bytes came in 0\.4 s, 3 times/,
    tries: 3,
  },
  {
    title: "fault 26: a server that sends a byte now and then",
    server: (_request, response) => {
      response.writeHead(200, { "content-length": content.length });
      const timer = setInterval(() => response.write(content.subarray(0, 1)), 20);
      response.on("close", () => clearInterval(timer));
    },
    message: /only \d+ bytes came in 0\.4 s, 3 times/,
    tries: 3,
  },
  {
    title: "fault 26: a server that never answers",
    server: () => undefined,
    message: /nothing came for 0\.4 s, 3 times/,
    tries: 3,
  },
  {
    title: "a server that is overloaded",
    server: (_request, response) => response.writeHead(429).end(),
    message: /answers 429 Too Many Requests, 3 times/,
    tries: 3,
  },
  {
    title: "a server that has no such file",
    server: (_request, response) => response.writeHead(404).end(),
    message: /cannot be had: the server answers 404 Not Found; correct baseImage\.url$/,
    tries: 1,
  },
  {
    title: "fault 24: a server that says that nothing was modified",
    server: (_request, response) => response.writeHead(304).end(),
    message: /answers 304/,
    tries: 1,
  },
  {
    title: "fault 24: a server that sends a web page",
    server: (_request, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("x"),
    message: /is a web page and not the file/,
    tries: 1,
  },
  {
    title: "fault 24: a server that sends a web page as bytes",
    server: (_request, response) =>
      response.writeHead(200, { "content-type": "application/octet-stream" }).end("\n <!DOCTYPE html><p>Log in"),
    message: /is a web page and not the file/,
    tries: 1,
  },
  {
    title: "fault 25: a server that compresses on the way",
    server: (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed),
    message: /is sent with Content-Encoding gzip/,
    tries: 1,
  },
  {
    title: "a server that sends nothing",
    server: (_request, response) => response.end(),
    message: /is empty; correct/,
    tries: 1,
  },
  {
    title: "fault 28: a server that declares more than is allowed",
    server: (_request, response) => response.writeHead(200, { "content-length": content.length }).end(content),
    request: { maxSize: 1000 },
    message: /has 3000000 bytes, more than the 1000 that are allowed/,
    tries: 1,
  },
  {
    title: "fault 28: a server that sends more than is allowed and does not declare it",
    server: (_request, response) => {
      response.write(content);
      response.end();
    },
    request: { maxSize: 2_000_000 },
    message: /has \d+ bytes, more than the 2000000 that are allowed/,
    tries: 1,
  },
  {
    title: "a server that declares another size than is known",
    server: (_request, response) => response.writeHead(200, { "content-length": content.length }).end(content),
    request: { size: 3_000_001 },
    message: /has 3000000 bytes, and should have 3000001/,
    tries: 1,
  },
  {
    title: "a server that sends another size than is known",
    server: (_request, response) => {
      response.write(content);
      response.end();
    },
    request: { size: 3_000_001 },
    message: /has 3000000 bytes, and should have 3000001/,
    tries: 1,
  },
  {
    title: "fault 24: a server that sends a part that nobody asked for",
    server: (_request, response) => response.writeHead(206, contentRange(0)).end(content),
    message: /is answered with a part \(206\)/,
    tries: 1,
  },
  {
    title: "fault 24: a server that refuses a range that nobody asked for",
    server: (_request, response) => response.writeHead(416).end(),
    message: /answers 416/,
    tries: 1,
  },
  {
    title: "fault 24: a server that redirects in a circle",
    server: redirectTo("/file"),
    message: /redirected more than 5 times/,
    tries: 6,
  },
  {
    title: "a server that redirects nowhere",
    server: redirectTo("http://[not-an-address"),
    message: /is redirected to what is no URL/,
    tries: 1,
  },
  {
    title: "a server that redirects without a place",
    server: (_r, response) => response.writeHead(302).end(),
    message: /302/,
    tries: 1,
  },
  ...["file:///etc/passwd", "ftp://127.0.0.1/file", "data:,x", "javascript:1"].map((location) => ({
    title: `fault 24: a server that redirects to ${location}`,
    server: redirectTo(location),
    message: /which is not as safe as what was asked for/,
    tries: 1,
  })),
  ...[
    "http://169.254.169.254/latest/meta-data",
    "http://2852039166/",
    "http://0xa9.0xfe.0251.254/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal./",
  ].map((location) => ({
    title: `fault 24: a server that redirects to ${location}`,
    server: redirectTo(location),
    message: /is redirected to http:.*, a link-local or metadata address/,
    tries: 1,
  })),
];

for (const { title, server, message, tries, request } of misbehaviours) {
  test(`${title} is refused in plain words, after ${tries} requests, and leaves nothing`, async (t) => {
    const { origin, requests } = await serve(t, server);
    // One that would be listened to for ever fails its test.
    const { directory, run, path } = downloadInto(t, origin, { signal: AbortSignal.timeout(20_000), ...request });
    await assert.rejects(run, { code: "download-failed", message });
    assert.equal(requests.length, tries);
    assert.equal(existsSync(path), false);
    assert.deepEqual(readdirSync(directory), []);
  });
}

test("credentials and the query of a URL are sent, and never told", async (t) => {
  const { origin, requests } = await serve(t, (_request, response) => response.writeHead(503).end());
  const url = `${origin.replace("//", "//someone:a-password@")}/file?signature=a-secret#fragment`;
  const { run, reports } = downloadInto(t, origin, { url });
  await assert.rejects(run, (error: Error) => {
    assert.doesNotMatch(`${error.stack}${String(error.cause)}${reports.join()}`, /someone|a-password|a-secret/);
    return true;
  });
  assert.equal(requests[0]?.url, "/file?signature=a-secret");
  assert.equal(requests[0]?.headers.authorization, `Basic ${btoa("someone:a-password")}`);
  assert.equal(requests[0]?.headers["accept-encoding"], "identity");
  assert.equal(reports.length, 2);
});

test("fault 25: bytes that a proxy would compress come as they are, because nobody asks for anything else", async (t) => {
  const text = Buffer.from("compressible ".repeat(1000));
  const { origin } = await serve(t, (request, response) => {
    const encoding = /gzip|deflate|br|zstd|\*/.exec(request.headers["accept-encoding"] ?? "*")?.[0];
    if (encoding === undefined) return void response.end(text);
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text));
  });
  assert.equal((await downloadInto(t, origin).run()).sha256, sha256Of(text));
});

test("fault 25: a file that is packed itself is not unpacked", async (t) => {
  const { origin } = await serve(t, (_request, response) =>
    response.writeHead(200, { "content-type": "application/gzip" }).end(packed),
  );
  const { run, path } = downloadInto(t, origin);
  assert.deepEqual(await run(), { size: packed.length, sha256: sha256Of(packed) });
  assert.deepEqual(readFileSync(path), packed);
});

test("fault 26: the pauses between attempts are those of the limits, and there are no more attempts", async (t) => {
  const asked: number[] = [];
  const { origin } = await serve(t, (_request, response) => {
    asked.push(performance.now());
    response.writeHead(503).end();
  });
  const { run, reports } = downloadInto(t, origin, { limits: { pauses: [50, 250] } });
  await assert.rejects(run, { message: /answers 503 .*, 3 times/ });
  const [first = 0, second = 0, third = 0] = asked;
  assert.equal(asked.length, 3);
  assert.ok(second - first >= 45 && third - second >= 245, asked.join());
  assert.deepEqual(
    reports.map((report) => /next try in (\S+) s/.exec(report)?.[1]),
    ["0.05", "0.25"],
  );
});

test("a download ends with the reason of its signal", async (t) => {
  const abort = new AbortController();
  const { origin } = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 100), () => abort.abort(new Error("enough")));
  });
  await assert.rejects(downloadInto(t, origin, { signal: abort.signal }).run, { message: "enough" });
});
