import { randomBytes } from "node:crypto";
import type { RequestListener } from "node:http";
import type { TestContext } from "node:test";
import { serve, sha256Of } from "../download/server.ts";

/** One build as it is published. */
export interface PublishedBuild {
  readonly kernel: Buffer;
  readonly initramfs: Buffer;
}

export function someBuild(): PublishedBuild {
  return { kernel: randomBytes(200_000), initramfs: randomBytes(900_000) };
}

/** The name under which builds are published. */
export const stem = "ipa-centos9-stable-2026.1";

/** What a source says, and the pins of a build. */
export const sourceAt = (origin: string) => ({
  baseUrl: `${origin}/files/`,
  distribution: "centos9",
  branch: "stable/2026.1",
});
export const pinsOf = ({ kernel, initramfs }: PublishedBuild) => ({
  kernelSha256: sha256Of(kernel),
  initramfsSha256: sha256Of(initramfs),
});

/** Paths and what is there. */
export function filesOf(build: PublishedBuild): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const kind of ["kernel", "initramfs"] as const) {
    files.set(`/files/${stem}.${kind}`, build[kind]);
    files.set(`/files/${stem}.${kind}.sha256`, Buffer.from(`${sha256Of(build[kind])}  ${stem}.${kind}\n`));
  }
  return files;
}

/** A publisher on loopback. `answer` may take a request over by returning true. */
export async function publish(
  t: TestContext,
  files: Map<string, Buffer>,
  answer: (...exchange: Parameters<RequestListener>) => boolean = () => false,
) {
  const server = await serve(t, (request, response) => {
    if (answer(request, response)) return;
    const content = files.get(request.url ?? "");
    if (content === undefined) return void response.writeHead(404).end();
    const etag = `"${sha256Of(content)}"`;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from === 0 || request.headers["if-range"] !== etag) return void response.writeHead(200, { etag }).end(content);
    const range = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}`, etag };
    response.writeHead(206, range).end(content.subarray(from));
  });
  return { ...server, files, paths: () => server.requests.map(({ url }) => url ?? "") };
}
