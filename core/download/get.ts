import { lookup as systemLookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import type { LookupFunction } from "node:net";
import { nearAddress } from "./addresses.ts";
import { downloadFailed, networkFailure } from "./failure.ts";
import { guardedLookup, redirectStatuses, redirectTarget } from "./redirect.ts";
import { trustedContext } from "./trust.ts";
import type { Watchdog } from "./watchdog.ts";

/** A GET of one URL, over all its redirects. */
export interface GetRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly watchdog: Watchdog;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction | undefined;
}

/** The last answer, of whatever status, with its body still to be read. */
export interface Answer {
  readonly response: http.IncomingMessage;
  /** Gives up all connections. */
  end(): void;
}

const maxRedirects = 5;

/**
 * Asks for a URL and follows its redirects. Proxies come from the environment, as curl takes them, but not for this machine.
 * @throws IronicImagesError `download-failed` for a redirect that is refused
 * @throws PassingFailure if there is no answer
 */
export async function get({
  url,
  headers,
  watchdog,
  lookup = systemLookup as LookupFunction,
}: GetRequest): Promise<Answer> {
  const start = new URL(url);
  const agents: http.Agent[] = [];
  const end = () => agents.forEach((agent) => agent.destroy());
  let at = start;
  try {
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const agent = agentFor(at);
      agents.push(agent);
      const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
      (at.protocol === "https:" ? https : http)
        .get(at, {
          agent,
          headers,
          signal: watchdog.signal,
          lookup: hops === 0 ? lookup : guardedLookup(start, at, lookup),
        })
        .on("response", resolve)
        .on("error", reject);
      const response = await promise;
      watchdog.touch();
      // Whoever reads the body sees its error; whoever ends the connection unread does not care.
      response.on("error", () => undefined);
      const { location } = response.headers;
      if (!redirectStatuses.has(response.statusCode ?? 0) || location === undefined) return { response, end };
      at = redirectTarget(start, at, location);
    }
    throw downloadFailed(start, `is redirected more than ${maxRedirects} times`);
  } catch (error) {
    end();
    throw networkFailure(start, watchdog.reason(error), "cannot be reached");
  }
}

function agentFor(url: URL): http.Agent {
  const proxy = nearAddress(url.hostname) === "loopback" ? {} : { proxyEnv: process.env };
  return url.protocol === "https:"
    ? new https.Agent({ secureContext: trustedContext(), ...proxy })
    : new http.Agent(proxy);
}
