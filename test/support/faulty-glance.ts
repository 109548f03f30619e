import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Transform } from "node:stream";

/** What is to go wrong with some requests; a fault cannot be asked of a healthy server. */
export interface GlanceFault {
  readonly method: "POST" | "PUT" | "GET" | "PATCH" | "DELETE";
  /** Only for images of this name; without it for all. */
  readonly name?: string;
  /** Only for images of this container format. */
  readonly containerFormat?: string;
  /** How many requests it meets; without it all. */
  readonly times?: number;
  /** How many of the matching requests pass before it. */
  readonly after?: number;
  /** How many bytes of the request's body reach Glance before it happens. */
  readonly atByte?: number;
  readonly act: FaultAct;
}

/**
 * `reset`: the connection is reset before Glance has all of the request. `lose the answer`: Glance acts, and the connection is
 * reset instead of its answer. `flip a byte`: of the body. A status: answered in place of Glance, which sees the request cut
 * off. `bytesPerSecond`: so slowly Glance gets the body. `says`: the status that stands in the answer's record instead of
 * Glance's. A function: runs while the request waits, which then goes on.
 */
export type FaultAct =
  | "reset"
  | "lose the answer"
  | "flip a byte"
  | { readonly status: number; readonly message?: string }
  | { readonly bytesPerSecond: number }
  | { readonly says: string }
  | ((imageId: string) => Promise<void>);

/** A fault in place. */
export interface InjectedFault {
  /** How many requests it has met. */
  readonly hits: number;
  remove(): void;
}

/** A proxy on loopback before a real Glance; everything that no fault meets is passed on as it comes. */
export interface FaultyGlance {
  readonly url: string;
  /** Every token that came by. */
  readonly tokens: ReadonlySet<string>;
  inject(fault: GlanceFault): InjectedFault;
  close(): Promise<void>;
}

interface Known {
  readonly name: string;
  readonly containerFormat: string;
}

/** Starts the proxy. */
export async function faultyGlance(realEndpoint: string): Promise<FaultyGlance> {
  const images = new Map<string, Known>();
  const tokens = new Set<string>();
  const faults: { readonly fault: GlanceFault; met: number; hits: number }[] = [];

  function faultFor(method: string, image: Known | undefined): GlanceFault | undefined {
    for (const entry of faults) {
      const { fault } = entry;
      if (fault.method !== method) continue;
      if (fault.name !== undefined && fault.name !== image?.name) continue;
      if (fault.containerFormat !== undefined && fault.containerFormat !== image?.containerFormat) continue;
      entry.met += 1;
      if (entry.met <= (fault.after ?? 0) || entry.hits >= (fault.times ?? Infinity)) continue;
      entry.hits += 1;
      return fault;
    }
    return undefined;
  }

  const server = createServer((incoming, outgoing) => {
    const token = incoming.headers["x-auth-token"];
    if (typeof token === "string") tokens.add(token);
    const { method = "" } = incoming;
    const id = /^\/v2\/images\/([^/?]+)/.exec(incoming.url ?? "")?.[1];
    if (id === undefined && method === "POST") {
      void jsonBody(incoming).then(({ body, image }) => {
        pass(incoming, outgoing, faultFor(method, image), { realEndpoint, images, body });
      });
      return;
    }
    const image = id === undefined ? undefined : images.get(id);
    const fault = id === undefined ? undefined : faultFor(method, image);
    pass(incoming, outgoing, fault, { realEndpoint, images, ...(id === undefined ? {} : { id }) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    inject(fault) {
      const entry = { fault, met: 0, hits: 0 };
      faults.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        remove: () => void faults.splice(faults.indexOf(entry), 1),
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Passing {
  readonly realEndpoint: string;
  readonly images: Map<string, Known>;
  readonly id?: string;
  /** What has been read of the request already. */
  readonly body?: Buffer;
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: GlanceFault | undefined,
  { realEndpoint, images, id, body }: Passing,
): void {
  const { hostname: host, port } = new URL(realEndpoint);
  const { method, url: path, headers } = incoming;
  const passed = httpRequest({ host, port, method, path, headers }, (answer) => {
    if (fault?.act === "lose the answer") {
      answer.resume().on("end", () => incoming.socket.resetAndDestroy());
      return;
    }
    if (method === "POST") remember(answer, images);
    if (typeof fault?.act === "object" && "says" in fault.act) return void answerWith(outgoing, answer, fault.act.says);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  passed.on("error", () => {
    if (!outgoing.headersSent) outgoing.destroy();
  });
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) passed.destroy();
  });
  const act = fault?.act;
  const happen = async (): Promise<void> => {
    if (typeof act === "function") return await act(id ?? "");
    passed.destroy();
    if (act === "reset") incoming.socket.resetAndDestroy();
    if (typeof act !== "object" || !("status" in act)) return;
    incoming.unpipe();
    incoming.resume();
    const text = `<html><body><h1>${act.status}</h1>${act.message ?? "injected"}</body></html>`;
    outgoing.writeHead(act.status, { "content-type": "text/html", connection: "close" }).end(text);
  };
  const slow = typeof act === "object" && "bytesPerSecond" in act;
  const stream = slow ? slowed(act.bytesPerSecond) : throughFault(act, fault?.atByte ?? 0, happen);
  stream.on("error", () => {});
  stream.pipe(passed);
  if (body === undefined) incoming.pipe(stream);
  else stream.end(body);
}

// Hands the body on up to the byte at which the fault happens; what happens decides whether more follows.
function throughFault(act: FaultAct | undefined, atByte: number, happen: () => Promise<void>): Transform {
  const goesOn = act === undefined || act === "lose the answer" || (typeof act === "object" && "says" in act);
  let seen = 0;
  let happened = goesOn;
  const once = async (): Promise<void> => {
    if (happened) return;
    happened = true;
    if (act !== "flip a byte") await happen();
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = atByte - seen;
      seen += chunk.length;
      if (happened || at >= chunk.length) return done(undefined, chunk);
      if (act === "flip a byte") chunk = Buffer.from(chunk.map((byte, index) => (index === at ? byte ^ 0xff : byte)));
      if (at > 0) this.push(chunk.subarray(0, at));
      void once().then(() => done(undefined, chunk.subarray(Math.max(at, 0))), done);
    },
    flush(done) {
      void once().then(() => done(), done);
    },
  });
}

function slowed(bytesPerSecond: number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(done, (chunk.length / bytesPerSecond) * 1000, undefined, chunk);
    },
  });
}

async function answerWith(outgoing: ServerResponse, answer: IncomingMessage, status: string): Promise<void> {
  const record = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as object;
  const { "content-length": _, ...headers } = answer.headers;
  outgoing.writeHead(answer.statusCode ?? 502, headers).end(JSON.stringify({ ...record, status }));
}

async function jsonBody(incoming: IncomingMessage): Promise<{ body: Buffer; image: Known }> {
  const body = Buffer.concat(await incoming.toArray());
  return { body, image: known(body) };
}

function remember(answer: IncomingMessage, images: Map<string, Known>): void {
  const chunks: Buffer[] = [];
  answer.on("data", (chunk: Buffer) => chunks.push(chunk));
  answer.on("end", () => {
    const body = Buffer.concat(chunks);
    const { id } = parsed(body);
    if (id !== undefined) images.set(id, known(body));
  });
}

function known(body: Buffer): Known {
  const { name = "", container_format: containerFormat = "" } = parsed(body);
  return { name, containerFormat };
}

function parsed(body: Buffer): { id?: string; name?: string; container_format?: string } {
  try {
    return JSON.parse(body.toString()) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}
