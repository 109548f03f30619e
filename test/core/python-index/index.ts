import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A Python index on loopback with one project. */
export interface LoopbackIndex {
  readonly url: string;
  /** Paths that were asked for, with what was accepted. */
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
}

/**
 * Serves `/simple/sample/` as PEP 691 or PEP 503 say, and its files.
 * @param files content by name
 */
export async function serveIndex(
  t: TestContext,
  files: Readonly<Record<string, Buffer>>,
  form: "json" | "html" = "json",
): Promise<LoopbackIndex> {
  const requests: LoopbackIndex["requests"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ path, headers: request.headers });
    const file = files[path.replace("/files/", "")];
    if (path === "/simple/sample/") response.writeHead(200, { "content-type": types[form] }).end(pages[form](files));
    else if (file !== undefined) response.writeHead(200, { "content-length": file.length }).end(file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`, requests };
}

const types = { json: "application/vnd.pypi.simple.v1+json", html: "text/html" };
const pages = {
  json: (files: Readonly<Record<string, Buffer>>) =>
    JSON.stringify({
      meta: { "api-version": "1.0" },
      name: "sample",
      files: Object.entries(files).map(([filename, content]) => ({
        filename,
        url: `/files/${filename}`,
        hashes: { sha256: createHash("sha256").update(content).digest("hex") },
      })),
    }),
  html: (files: Readonly<Record<string, Buffer>>) =>
    `<!DOCTYPE html><html><body>${Object.keys(files)
      .map((filename) => `<a href="/files/${filename}">${filename}</a>`)
      .join("\n")}</body></html>`,
};
