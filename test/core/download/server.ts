import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { download, type DownloadRequest } from "../../../core/download/download.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { listen } from "../openstack/listen.ts";

/** Three megabytes that look like no file format. */
export const content = randomBytes(3_000_000);
export const sha256 = sha256Of(content);
export const lastModified = "Mon, 05 Jan 2026 10:00:00 GMT";

export function sha256Of(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A server on loopback and the requests that it got. */
export async function serve(t: TestContext, listener: RequestListener) {
  const requests: IncomingMessage[] = [];
  const server = await listen(
    createServer((request, response) => {
      requests.push(request);
      listener(request, response);
    }),
    "http",
  );
  t.after(server.stop);
  return { origin: server.url, requests };
}

/** Sends some of the content, and then cuts the connection. */
export function cut(response: ServerResponse, headers: Record<string, string>, from: number, to: number): void {
  response.writeHead(from === 0 ? 200 : 206, { "content-length": content.length - from, ...headers });
  response.write(content.subarray(from, to), () => setTimeout(() => response.destroy(), 60));
}

/** The offset that a request asks to go on from, or undefined. */
export function askedFrom(request: IncomingMessage): number | undefined {
  const { range } = request.headers;
  return range === undefined ? undefined : Number(/^bytes=(\d+)-$/.exec(range)?.[1]);
}

export const contentRange = (from: number, to = content.length, total: number | string = content.length) => ({
  "content-range": `bytes ${from}-${to - 1}/${total}`,
});

/** A download of `URL/file` into a directory of the test's own. */
export function downloadInto(t: TestContext, origin: string, more: Partial<DownloadRequest> = {}) {
  const directory = temporaryDirectory(t);
  const reports: string[] = [];
  const request: DownloadRequest = {
    url: `${origin}/file`,
    key: "baseImage.url",
    path: join(directory, "file"),
    partialPath: join(directory, "partial"),
    report: (message) => void reports.push(message),
    limits: { idleTimeout: 400, pauses: [5, 5] },
    ...more,
  };
  return { directory, reports, path: request.path, run: () => download(request) };
}

export const pin = {
  sha256,
  differs: (found: { sha256: string }) => new IronicImagesError("pin-differs", `found ${found.sha256}`),
};
