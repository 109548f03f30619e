import { isIPv4, isIPv6 } from "node:net";

/** `loopback`: this machine. `link-local`: this link, where clouds answer with the credentials of a machine. */
export type NearAddress = "loopback" | "link-local";

// Metadata services that are not in 169.254/16 or fe80::/10: Alibaba, Oracle, Azure; AWS and Google over IPv6.
const metadataIPv4 = new Set(["100.100.100.200", "192.0.0.192", "168.63.129.16"]);
const metadataIPv6 = new Set(["fd00:ec2:0:0:0:0:0:254", "fd20:ce:0:0:0:0:0:254"]);
const metadataNames = new Set(["metadata", "metadata.google.internal"]);

/**
 * Whether a host is one that a server far away has no business to send anybody to. Knows IPv4 addresses inside IPv6 ones
 * (mapped, compatible, NAT64, 6to4); a name is judged by itself, not by what it resolves to.
 * @param host a host name or address, also in brackets or with a zone
 */
export function nearAddress(host: string): NearAddress | undefined {
  const bare = host
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (isIPv4(bare)) return nearIPv4(bare);
  if (isIPv6(bare)) return nearIPv6(groupsOf(bare));
  if (bare === "localhost" || bare.endsWith(".localhost")) return "loopback";
  return metadataNames.has(bare) ? "link-local" : undefined;
}

function nearIPv4(address: string): NearAddress | undefined {
  if (/^(127|0)\./.test(address)) return "loopback";
  return address.startsWith("169.254.") || metadataIPv4.has(address) ? "link-local" : undefined;
}

function nearIPv6(groups: readonly number[]): NearAddress | undefined {
  const text = groups.map((group) => group.toString(16)).join(":");
  if (text === "0:0:0:0:0:0:0:0" || text === "0:0:0:0:0:0:0:1") return "loopback";
  if (((groups[0] ?? 0) & 0xffc0) === 0xfe80 || metadataIPv6.has(text)) return "link-local";
  const inside = embeddedIPv4(text, groups);
  return inside === undefined ? undefined : nearIPv4(inside);
}

/** RFC 4291 section 2.5.5, RFC 2765 (translated), RFC 6052 and RFC 8215 (NAT64), RFC 3056 (6to4). */
function embeddedIPv4(text: string, groups: readonly number[]): string | undefined {
  const at = text.startsWith("2002:")
    ? 1
    : /^(0:0:0:0:(0:0|0:ffff|ffff:0)|64:ff9b:(0|1):.*):\w+:\w+$/.test(text)
      ? 6
      : undefined;
  if (at === undefined) return undefined;
  return groups
    .slice(at, at + 2)
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}

/** The eight groups of an IPv6 address. URL writes a dotted end as hex. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const numbers = (text: string) => (text === "" ? [] : text.split(":").map((group) => parseInt(group, 16)));
  if (tail === undefined) return numbers(head);
  const [first, last] = [numbers(head), numbers(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
