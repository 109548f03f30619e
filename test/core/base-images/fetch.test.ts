import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fetchBaseImage } from "../../../core/base-images/fetch.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const content = Buffer.alloc(300_000, "base image ");
const sha256 = createHash("sha256").update(content).digest("hex");
const limits = { idleTimeout: 300, pauses: [10, 10] };

/** A server on loopback, a cache, and what was reported. */
async function setUp(t: TestContext, listener: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const cache = temporaryDirectory(t);
  const reports: string[] = [];
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cache,
    reports,
    report: (message: string) => void reports.push(message),
    requests: () => requests,
    /** Names of what the cache holds, but for locks. */
    files: () =>
      readdirSync(join(cache, "base-images"))
        .filter((name) => !name.endsWith(".lock"))
        .sort(),
  };
}

const serve: RequestListener = (_request, response) => response.end(content);

test("a pinned base image is downloaded once, verified, and then found without asking the server", async (t) => {
  const { origin, cache, report, requests, files } = await setUp(t, serve);
  const url = `${origin}/releases/image-amd64.squashfs?x=1`;
  const first = await fetchBaseImage({ url, sha256 }, cache, report, limits);
  assert.deepEqual(first, { path: join(cache, "base-images", `${sha256}.squashfs`), sha256 });
  assert.deepEqual(readFileSync(first.path), content);
  assert.deepEqual(await fetchBaseImage({ url, sha256 }, cache, report, limits), first);
  assert.equal(requests(), 1);
  assert.deepEqual(files(), [`.${sha256}.squashfs.verified`, `${sha256}.squashfs`]);
});

test("builds that want the same image at once download it once", async (t) => {
  const { origin, cache, report, requests } = await setUp(t, serve);
  const images = await Promise.all(
    [1, 2, 3].map(() => fetchBaseImage({ url: `${origin}/a.tar.gz`, sha256 }, cache, report, limits)),
  );
  assert.deepEqual(
    images.map((image) => image.path),
    Array(3).fill(join(cache, "base-images", `${sha256}.tar.gz`)),
  );
  assert.equal(requests(), 1);
});

for (const [what, path, extension] of [
  ["qcow2", "/a/b.x86_64.qcow2", ".qcow2"],
  ["two", "/root.tar.xz", ".tar.xz"],
  ["no", "/image", ""],
] as const) {
  test(`a URL with ${what} extension gives a file with ${extension === "" ? "none" : extension}`, async (t) => {
    const { origin, cache, report } = await setUp(t, serve);
    const image = await fetchBaseImage({ url: origin + path, sha256 }, cache, report, limits);
    assert.equal(image.path, join(cache, "base-images", sha256 + extension));
  });
}

test("fault 23: other bytes than the pinned ones are refused with both digests, after one try, and leave nothing", async (t) => {
  const { origin, cache, report, requests, files } = await setUp(t, serve);
  const pinned = "0".repeat(64);
  await assert.rejects(
    fetchBaseImage({ url: `${origin}/a.img`, sha256: pinned }, cache, report, limits),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, "base-image-differs");
      assert.ok(error.message.includes(`expected sha256 ${pinned}, found ${sha256}`));
      assert.match(error.message, /write the new digest into baseImage\.sha256/);
      return true;
    },
  );
  assert.equal(requests(), 1);
  assert.deepEqual(files(), []);
});

for (const [what, listener, message, requests] of [
  [
    "that ends too early",
    (_request, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 100_000), () => response.destroy());
    },
    /ends too early \(ECONNRESET\), 3 times/,
    3,
  ],
  [
    "that stalls",
    (_request, response) => {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 100_000));
    },
    /(nothing came for|only \d+ bytes came in) 0\.3 s, 3 times/,
    3,
  ],
  ["that gets no answer", () => undefined, /nothing came for 0\.3 s, 3 times/, 3],
  [
    "that the server fails at",
    (_request, response) => response.writeHead(503).end(),
    /answers 503 Service Unavailable, 3 times/,
    3,
  ],
  [
    "of what is not there",
    (_request, response) => response.writeHead(404).end("no"),
    /answers 404 Not Found; correct baseImage\.url/,
    1,
  ],
  ["of nothing", (_request, response) => response.end(), /is empty/, 1],
  [
    "in a circle",
    (_request, response) => response.writeHead(302, { location: "/a.img" }).end(),
    /redirected more than 5 times/,
    6,
  ],
  [
    "redirected to a file",
    (_request, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    /redirected to file:/,
    1,
  ],
] as const satisfies readonly (readonly [string, RequestListener, RegExp, number])[]) {
  test(`a download ${what} fails in its own words and leaves nothing`, async (t) => {
    const server = await setUp(t, listener);
    const download = fetchBaseImage({ url: `${server.origin}/a.img`, sha256 }, server.cache, server.report, limits);
    await assert.rejects(download, { code: "download-failed", message });
    assert.equal(server.requests(), requests);
    assert.deepEqual(server.files(), []);
  });
}

test("a second try replaces what the first one left", async (t) => {
  let tries = 0;
  const { origin, cache, report, reports } = await setUp(t, (_request, response) => {
    if (++tries > 1) return response.end(content);
    response.writeHead(200, { "content-length": content.length });
    return response.write(content.subarray(0, 100_000), () => response.destroy());
  });
  const image = await fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, limits);
  assert.deepEqual(readFileSync(image.path), content);
  assert.match(reports.join("\n"), /ends too early \(ECONNRESET\); next try in 0\.01 s/);
});

test("fault 22: a pinned image that was cut off is continued by the next run, and nothing but the image stays", async (t) => {
  const etag = { etag: '"1"' };
  const ranges: (string | undefined)[] = [];
  const { origin, cache, report, files } = await setUp(t, (request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    if (range !== undefined) {
      const contentRange = `bytes 100000-${content.length - 1}/${content.length}`;
      return response.writeHead(206, { ...etag, "content-range": contentRange }).end(content.subarray(100_000));
    }
    response.writeHead(200, { ...etag, "content-length": content.length });
    return response.write(content.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
  });
  const fetch = () => fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, { pauses: [] });
  await assert.rejects(fetch, { code: "download-failed" });
  assert.deepEqual(files(), [`.${sha256}.partial`, `.${sha256}.partial.json`]);
  assert.deepEqual(readFileSync((await fetch()).path), content);
  assert.deepEqual(ranges, [undefined, "bytes=100000-"]);
  assert.deepEqual(files(), [`.${sha256}.img.verified`, `${sha256}.img`]);
});

test("redirects are followed", async (t) => {
  const { origin, cache, report } = await setUp(t, (request, response) =>
    request.url === "/a.img" ? response.writeHead(301, { location: "b/c.img" }).end() : response.end(content),
  );
  const image = await fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, limits);
  assert.deepEqual(readFileSync(image.path), content);
});

test("an image without pin is downloaded every time, and its digest reported", async (t) => {
  const { origin, cache, report, reports, requests } = await setUp(t, serve);
  for (let n = 0; n < 2; n++) {
    const image = await fetchBaseImage({ url: `${origin}/a.img`, unpinned: true }, cache, report, limits);
    assert.deepEqual(image, { path: join(cache, "base-images", `${sha256}.img`), sha256 });
  }
  assert.equal(requests(), 2);
  assert.ok(reports.some((message) => message.includes(`has sha256 ${sha256} today`)));
});

test("fault 31: a cached base image that was changed is downloaded again", async (t) => {
  const { origin, cache, report, reports } = await setUp(t, serve);
  const { path } = await fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, limits);
  writeFileSync(path, Buffer.alloc(content.length, "tampered!"));
  await fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, limits);
  assert.deepEqual(readFileSync(path), content);
  assert.ok(reports.includes(`${path} is damaged; it is downloaded again`));
});

test("a cached image that was only touched is hashed and kept", async (t) => {
  const { origin, cache, report, requests } = await setUp(t, serve);
  const { path } = await fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, limits);
  utimesSync(path, 1, 1);
  await fetchBaseImage({ url: `${origin}/a.img`, sha256 }, cache, report, limits);
  assert.equal(requests(), 1);
});

for (const url of ["file:///etc/passwd", "ftp://127.0.0.1/a", "no url", "http://"]) {
  test(`${url} is no URL of a base image`, async (t) => {
    const cache = temporaryDirectory(t);
    await assert.rejects(
      fetchBaseImage({ url, sha256 }, cache, () => undefined),
      { code: "base-image-url" },
    );
    assert.equal(existsSync(join(cache, "base-images")), false);
  });
}

test("a download of a base image can be ended, and so can waiting for another one that wants the same", async (t) => {
  const asked = Promise.withResolvers<void>();
  const { origin, cache, report } = await setUp(t, () => asked.resolve());
  const request = { url: `${origin}/a.img`, sha256 };
  const [first, second] = [new AbortController(), new AbortController()];
  const fetch = ({ signal }: AbortController) =>
    fetchBaseImage(request, cache, report, { idleTimeout: 60_000 }, signal);
  const downloading = fetch(first);
  downloading.catch(() => undefined);
  await asked.promise;
  const waiting = fetch(second);
  second.abort(new Error("enough of waiting"));
  await assert.rejects(waiting, /enough of waiting/);
  first.abort(new Error("enough of downloading"));
  await assert.rejects(downloading, /enough of downloading/);
});
