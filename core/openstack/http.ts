import * as http from "node:http";
import * as https from "node:https";
import { text } from "node:stream/consumers";
import * as tls from "node:tls";
import { IronicImagesError } from "../errors.ts";
import { withoutUserInfo } from "./address.ts";
import type { CloudTls } from "./clouds.ts";

export interface HttpRequest {
  readonly method: "GET" | "PATCH" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** How long one exchange may take, in milliseconds; nothing here moves more than a page of a list. */
const timeout = 60_000;

/**
 * One request and its whole answer, of whatever status. Follows no redirect. Proxies come from the environment, except for
 * loopback addresses, as in the openstack plugin (Go's `http.ProxyFromEnvironment`).
 *
 * @throws IronicImagesError `cloud-unreachable` if there is no answer; it names method and address, and no header
 */
export async function exchange(request: HttpRequest, cloudTls: CloudTls, timeoutMs = timeout): Promise<HttpResponse> {
  return await withAnswer(request, cloudTls, timeoutMs, async (response) => ({
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
  }));
}

/**
 * One request, and what `use` makes of the answer while it arrives; otherwise as {@link exchange}.
 *
 * @param timeoutMs for everything
 */
export async function withAnswer<T>(
  request: HttpRequest,
  cloudTls: CloudTls,
  timeoutMs: number,
  use: (response: http.IncomingMessage) => Promise<T>,
): Promise<T> {
  const url = new URL(request.url);
  const proxy = isLoopback(url.hostname) ? {} : { proxyEnv: process.env };
  const secure = url.protocol === "https:";
  const agent = secure ? new https.Agent({ ...tlsOptions(cloudTls), ...proxy }) : new http.Agent(proxy);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const outgoing = (secure ? https : http).request(
      url,
      { method: request.method, headers: { ...request.headers }, agent, signal },
      resolve,
    );
    outgoing.on("error", reject);
    outgoing.end(request.body);
    return await use(await promise);
  } catch (error) {
    throw unreachable(request, error as NodeJS.ErrnoException, signal.aborted ? timeoutMs : undefined);
  } finally {
    agent.destroy();
  }
}

function tlsOptions({ ca, cert, key, verify }: CloudTls): https.AgentOptions {
  return {
    // Node trusts its own list only; the plugin trusts the system's store, so both are taken unless `cacert` is given.
    ca: ca ?? [...tls.getCACertificates("default"), ...tls.getCACertificates("system")],
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: verify,
  };
}

/** Whether a host of a URL is this machine by its name, without asking a resolver. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function unreachable(
  { method, url }: HttpRequest,
  error: NodeJS.ErrnoException,
  exceededMs: number | undefined,
): IronicImagesError {
  const why = exceededMs === undefined ? (error.code ?? error.message) : `no answer within ${exceededMs / 1000} s`;
  const certificate = /CERT|SELF_SIGNED|ISSUER/.test(error.code ?? "");
  const hint = certificate
    ? "; if its certificate is signed by a CA of your own, name the CA's file under cacert in clouds.yaml"
    : "";
  return new IronicImagesError("cloud-unreachable", `${method} ${withoutUserInfo(url)}: ${why}${hint}`);
}
