import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { mirrorsOf } from "../../core/build/sources/apt-configuration.ts";
import { readHostFacts } from "../../core/build/sources/host-sources.ts";
import type { BuildSettings } from "../../core/build/settings.ts";

const mirrorHost = "mirror.ironic-images.test";
const credentials = "builder:not-in-the-image";

/** What an image built through the proxy must not hold, in deleted files neither. */
export const secretTelltales = [credentials, Buffer.from(credentials).toString("base64")] as const;

/** What no file of it must hold. */
export const telltales = [mirrorHost, ...secretTelltales] as const;

/**
 * The package mirrors of a site whose name nobody else knows, behind a proxy with a password: a forward proxy on loopback
 * that hands requests for that site's mirrors on to those of this machine's own apt configuration.
 */
export interface BuildProxy {
  /** `ironic-images:build` of a stack that builds through it. */
  readonly settings: BuildSettings;
  /** The same, and for https too: then a build reaches nothing but the mirrors. */
  readonly offlineSettings: BuildSettings;
  /** Requests answered. */
  readonly requests: number;
  /** Hosts that were asked for and refused. */
  readonly refused: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Undefined on a machine that has no apt mirrors of its own. */
export async function startBuildProxy(): Promise<BuildProxy | undefined> {
  const { aptSources, codename } = await readHostFacts();
  const mirrors = codename === undefined ? undefined : mirrorsOf(aptSources, codename);
  if (mirrors?.distribution === undefined || mirrors.security === undefined) return undefined;
  const places = { "/debian-security": mirrors.security, "/debian": mirrors.distribution };
  let requests = 0;
  const refused = new Set<string>();
  const server = createServer((request, response) => {
    requests += 1;
    answer(request, response, places, refused).catch(() => response.destroy());
  });
  server.on("connect", (request, socket) => {
    refused.add((request.url ?? "").replace(/:\d+$/, ""));
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const mirrorsOfSite = { mirror: `http://${mirrorHost}/debian`, security: `http://${mirrorHost}/debian-security` };
  const http = `http://${credentials}@127.0.0.1:${port}`;
  return {
    settings: { mirrors: mirrorsOfSite, proxy: { http } },
    offlineSettings: { mirrors: mirrorsOfSite, proxy: { http, https: http, no: "" } },
    refused,
    get requests() {
      return requests;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  places: Readonly<Record<string, string>>,
  refused: Set<string>,
): Promise<void> {
  const expected = `Basic ${Buffer.from(credentials).toString("base64")}`;
  if (request.headers["proxy-authorization"] !== expected) {
    response.writeHead(407, { "Proxy-Authenticate": 'Basic realm="builds"' }).end();
    return;
  }
  const asked = new URL(request.url ?? "/", `http://${mirrorHost}`);
  const place = Object.entries(places).find(([prefix]) => asked.pathname.startsWith(`${prefix}/`));
  if (asked.host !== mirrorHost || place === undefined) {
    refused.add(asked.hostname);
    response.writeHead(403).end();
    return;
  }
  const [prefix, mirror] = place;
  const headers =
    request.headers["if-modified-since"] === undefined
      ? {}
      : { "If-Modified-Since": request.headers["if-modified-since"] };
  const upstream = await fetch(`${mirror.replace(/\/$/, "")}${asked.pathname.slice(prefix.length)}`, {
    method: request.method ?? "GET",
    headers: { ...headers, "Accept-Encoding": "identity" },
  });
  const passed = ["content-length", "last-modified", "content-type"].flatMap((name) => {
    const value = upstream.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(upstream.status, Object.fromEntries(passed));
  if (upstream.body === null) response.end();
  else await pipeline(Readable.fromWeb(upstream.body), response);
}
