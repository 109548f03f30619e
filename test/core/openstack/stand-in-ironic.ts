import { createServer, type IncomingHttpHeaders } from "node:http";
import type { TestContext } from "node:test";
import { listen } from "./listen.ts";

/** What a node of the stand-in shows. */
export interface StandInNode {
  readonly uuid: string;
  readonly name?: string | null;
  readonly driver_info?: object;
  readonly instance_info?: object;
}

/** Answers `GET /v1/nodes` as Ironic does, page by page; an Ironic cannot run where these tests run. */
export interface StandInIronic {
  readonly url: string;
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** What it shows from now on, or the status that it refuses with. */
  answer: readonly StandInNode[] | number;
}

export async function standInIronic(t: TestContext, answer: StandInIronic["answer"]): Promise<StandInIronic> {
  const requests: StandInIronic["requests"] = [];
  const server = createServer(({ url: path = "", headers }, response) => {
    requests.push({ path, headers });
    const { pathname, searchParams } = new URL(path, "http://ironic");
    const said = ironic.answer;
    if (pathname !== "/v1/nodes") return response.writeHead(404).end();
    if (typeof said === "number")
      return response.writeHead(said).end('{"error_message":"{\\"faultstring\\": \\"Access was denied\\"}"}');
    const start = said.findIndex(({ uuid }) => uuid === searchParams.get("marker")) + 1;
    const end = start + Number(searchParams.get("limit"));
    const nodes = said.slice(start, end).map((node) => ({ name: null, driver_info: {}, instance_info: {}, ...node }));
    const next = end < said.length ? { next: `http://elsewhere.invalid/v1/nodes?marker=${nodes.at(-1)?.uuid}` } : {};
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ nodes, ...next }));
  });
  const { url, stop } = await listen(server, "http");
  t.after(stop);
  const ironic: StandInIronic = { url, requests, answer };
  return ironic;
}
