import assert from "node:assert/strict";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { askedFrom, content, contentRange, cut, downloadInto, lastModified, pin, serve, sha256 } from "./server.ts";

const etag = { etag: '"build-1"' };
const half = 1_500_000;

/** Cuts the first request in the middle; what comes then is up to the test. */
function cutOnce(
  headers: Record<string, string>,
  then: (request: IncomingMessage, response: ServerResponse) => unknown,
): RequestListener {
  let first = true;
  return (request, response) => {
    if (!first) return void then(request, response);
    first = false;
    return cut(response, headers, 0, half);
  };
}

const sendWhole = (_request: IncomingMessage, response: ServerResponse) => response.writeHead(200).end(content);
const sendRest = (request: IncomingMessage, response: ServerResponse) => {
  const from = askedFrom(request) ?? 0;
  return response.writeHead(206, { ...contentRange(from), ...etag }).end(content.subarray(from));
};

for (const [what, headers, validator] of [
  ["a strong ETag", etag, '"build-1"'],
  ["an ETag rather than a date", { ...etag, "last-modified": lastModified }, '"build-1"'],
  ["a date of last modification", { "last-modified": lastModified }, lastModified],
  ["a date beside a weak ETag", { etag: 'W/"1"', "last-modified": lastModified }, lastModified],
] as const) {
  test(`fault 22: a cut download goes on by ${what}`, async (t) => {
    const { origin, requests } = await serve(
      t,
      cutOnce(headers, (request, response) => {
        const from = askedFrom(request) ?? 0;
        response.writeHead(206, contentRange(from)).end(content.subarray(from));
      }),
    );
    const { run, path } = downloadInto(t, origin);
    assert.deepEqual(await run(), { size: content.length, sha256 });
    assert.deepEqual(readFileSync(path), content);
    assert.equal(requests.length, 2);
    assert.equal(requests[1]?.headers["if-range"], validator);
    assert.ok((askedFrom(requests[1]) ?? 0) > 0);
  });
}

for (const [what, headers] of [
  ["a weak ETag alone", { etag: 'W/"1"' }],
  ["an empty ETag", { etag: '""' }],
  ["no validator", {}],
  ["a date as young as the answer", { date: lastModified, "last-modified": lastModified }],
] as const) {
  test(`fault 22: a cut download with ${what} begins anew`, async (t) => {
    const { origin, requests } = await serve(t, cutOnce(headers, sendWhole));
    const { run } = downloadInto(t, origin, { pin });
    assert.equal((await run()).sha256, sha256);
    assert.deepEqual(
      requests.map(({ headers }) => headers.range),
      [undefined, undefined],
    );
  });
}

for (const [what, then, requests, told] of [
  ["is answered with the whole", sendWhole, 2, undefined],
  [
    "is answered with 416",
    (request, response) =>
      askedFrom(request) === undefined ? sendWhole(request, response) : response.writeHead(416).end(),
    3,
    /no such part \(416\); starting over/,
  ],
  ...(
    [
      ["another offset", contentRange(10, content.length)],
      ["another end", contentRange(half, content.length - 5)],
      ["a total beyond its end", contentRange(half, content.length, content.length + 5)],
      ["another total", contentRange(half, content.length + 5, content.length + 5)],
      ["no Content-Range", {}],
      ["another unit", { "content-range": `items ${half}-${content.length - 1}/${content.length}` }],
    ] as const
  ).map(
    ([what, headers]) =>
      [
        `is answered with a part of ${what}`,
        (request: IncomingMessage, response: ServerResponse) =>
          askedFrom(request) === undefined
            ? sendWhole(request, response)
            : response.writeHead(206, headers).end(content.subarray(half)),
        3,
        /the server sends another part than was asked for .*; starting over/,
      ] as const,
  ),
  [
    "is answered with a part of another version",
    (request, response) =>
      askedFrom(request) === undefined
        ? sendWhole(request, response)
        : response
            .writeHead(206, { ...contentRange(askedFrom(request) ?? 0), etag: '"build-2"' })
            .end(content.subarray(half)),
    3,
    /a part of another version; starting over/,
  ],
] as readonly (readonly [
  string,
  (request: IncomingMessage, response: ServerResponse) => unknown,
  number,
  RegExp | undefined,
])[]) {
  test(`faults 22, 24: a resume that ${what} starts over`, async (t) => {
    const server = await serve(t, cutOnce(etag, then));
    const { run, path, reports } = downloadInto(t, server.origin);
    assert.equal((await run()).sha256, sha256);
    assert.deepEqual(readFileSync(path), content);
    assert.equal(server.requests.length, requests);
    if (told !== undefined) assert.match(reports.join("\n"), told);
  });
}

test("fault 22: a server that cuts every answer is asked for the rest each time, and not for ever", async (t) => {
  const { origin, requests } = await serve(t, (request, response) => {
    const from = askedFrom(request) ?? 0;
    cut(response, { ...etag, ...(from === 0 ? {} : contentRange(from)) }, from, from + 1000);
  });
  await assert.rejects(downloadInto(t, origin).run, /3 times/);
  assert.deepEqual(requests.map(askedFrom), [undefined, 1000, 2000]);
});

test("fault 22: a later run goes on where one with a pin was cut, and leaves nothing but the file", async (t) => {
  let cutting = true;
  const { origin, requests } = await serve(t, (request, response) =>
    cutting ? cut(response, etag, 0, half) : sendRest(request, response),
  );
  const { run, directory, path, reports } = downloadInto(t, origin, { pin, limits: { pauses: [] } });
  await assert.rejects(run, { code: "download-failed" });
  assert.deepEqual(readdirSync(directory).sort(), ["partial", "partial.json"]);
  cutting = false;
  assert.equal((await run()).sha256, sha256);
  assert.deepEqual(readFileSync(path), content);
  assert.deepEqual(readdirSync(directory), ["file"]);
  assert.deepEqual([askedFrom(requests[1] as IncomingMessage), requests[1]?.headers["if-range"]], [half, '"build-1"']);
  assert.match(reports.join("\n"), /1 MiB are there from an earlier run/);
});

test("a later run of another URL with the same validator begins anew", async (t) => {
  let cutting = true;
  const { origin, requests } = await serve(t, (request, response) =>
    cutting ? cut(response, etag, 0, half) : sendRest(request, response),
  );
  const { run, directory, path } = downloadInto(t, origin, { pin, limits: { pauses: [] } });
  await assert.rejects(run, { code: "download-failed" });
  cutting = false;
  const note = join(directory, "partial.json");
  writeFileSync(note, readFileSync(note, "utf8").replace("/file", "/other"));
  await assert.rejects(run, { message: /is answered with a part \(206\)/ });
  assert.equal(requests[1]?.headers.range, undefined);
  assert.deepEqual(readdirSync(join(path, "..")), []);
});

test("without a pin nothing is left for a later run", async (t) => {
  const { origin } = await serve(t, (_request, response) => cut(response, etag, 0, half));
  const { run, directory } = downloadInto(t, origin, { limits: { pauses: [] } });
  await assert.rejects(run, { code: "download-failed" });
  assert.deepEqual(readdirSync(directory), []);
});

for (const [what, spoil] of [
  ["are damaged", (path: string) => writeFileSync(path, Buffer.alloc(half, 1))],
  ["are more than the whole", (path: string) => truncateSync(path, content.length + 10)],
  ["are the whole already", (path: string) => writeFileSync(path, content)],
  ["have a garbled note", (path: string) => writeFileSync(`${path}.json`, "{")],
  [
    "are of another URL",
    (path: string) =>
      writeFileSync(`${path}.json`, JSON.stringify({ url: "http://127.0.0.1/other", validator: '"build-1"' })),
  ],
] as const) {
  test(`data of an earlier run that ${what} end in the right file all the same`, async (t) => {
    let cutting = true;
    const { origin } = await serve(t, (request, response) => {
      const from = askedFrom(request);
      if (cutting) return cut(response, etag, 0, half);
      if (from === undefined) return void response.writeHead(200, etag).end(content);
      if (from >= content.length) return void response.writeHead(416).end();
      return void sendRest(request, response);
    });
    const { run, directory, path } = downloadInto(t, origin, { pin, limits: { pauses: [] } });
    await assert.rejects(run);
    cutting = false;
    spoil(join(directory, "partial"));
    assert.equal((await run()).sha256, sha256);
    assert.deepEqual(readFileSync(path), content);
    assert.deepEqual(readdirSync(directory), ["file"]);
  });
}

test("fault 23: a file that is not what is pinned is refused, and nothing of it stays", async (t) => {
  const { origin, requests } = await serve(
    t,
    (_request, response) => void response.writeHead(200, etag).end(Buffer.concat([content, Buffer.from("x")])),
  );
  const { run, directory } = downloadInto(t, origin, { pin });
  await assert.rejects(run, { code: "pin-differs" });
  assert.equal(requests.length, 1);
  assert.deepEqual(readdirSync(directory), []);
});
