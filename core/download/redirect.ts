import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { nearAddress } from "./addresses.ts";
import { downloadFailed, shownUrl } from "./failure.ts";

/** Answers that name another place. */
export const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Where a redirect leads. Credentials go along only to the same host.
 * @param start what was asked for
 * @param from who answers
 * @throws IronicImagesError `download-failed` if it leads to another scheme (but from http to https), to an address of this
 * link, where metadata services are, or from elsewhere to this machine
 */
export function redirectTarget(start: URL, from: URL, location: string): URL {
  const target = URL.parse(location, from.href);
  if (target === null) throw downloadFailed(start, "is redirected to what is no URL");
  if (target.protocol !== "https:" && (from.protocol === "https:" || target.protocol !== "http:")) {
    throw downloadFailed(start, `is redirected to ${shownUrl(target)}, which is not as safe as what was asked for`);
  }
  const why = refusedAddress(start, target.hostname);
  if (why !== undefined) throw downloadFailed(start, `is redirected to ${shownUrl(target)}, ${why}`);
  if (target.origin === from.origin && target.username === "") {
    target.username = from.username;
    target.password = from.password;
  }
  return target;
}

/**
 * A `lookup` for the connection to a redirect's target, which refuses by what the name resolves to. The connection goes to what was
 * judged: nothing is resolved twice. A proxy's own name passes, as the proxy is the operator's choice.
 */
export function guardedLookup(start: URL, target: URL, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      if (error !== null || hostname !== target.hostname) return callback(error, found, family);
      const addresses = typeof found === "string" ? [found] : found.map(({ address }: LookupAddress) => address);
      const near = addresses.find((address) => refusedAddress(start, address) !== undefined);
      if (near === undefined) return callback(null, found, family);
      const why = `is redirected to ${shownUrl(target)}, whose address is ${near}: ${refusedAddress(start, near)}`;
      return callback(downloadFailed(start, why), "", 0);
    });
}

/** The end of a sentence that says why a server may not send us to this host, or undefined if it may. */
function refusedAddress(start: URL, host: string): string | undefined {
  const near = nearAddress(host);
  if (near === "link-local") return "a link-local or metadata address, where no image comes from";
  if (near === "loopback" && nearAddress(start.hostname) !== "loopback") return "which is on this machine";
  return undefined;
}
