import type { HostSources } from "./host-sources.ts";

/** A piece of text of the build host that may not be in an image. */
export interface PrivateText {
  readonly text: string;
  /** What it is, for messages; the text itself can be a password. */
  readonly what: string;
  /** A host may be in the image all the same where the finished package sources name it; a credential never. */
  readonly kind: "host" | "credential";
}

/** Every host name and credential of the build's mirrors, proxies and Python indexes. */
export function privateTexts({ mirrors, proxy, pythonIndex }: HostSources): PrivateText[] {
  const urls = {
    "distribution mirror": mirrors.distribution,
    "security mirror": mirrors.security,
    "http proxy": proxy.http,
    "https proxy": proxy.https,
    "Python index": pythonIndex?.indexUrl,
    "proxy of pip": pythonIndex?.proxy,
  };
  const lists = {
    "extra Python index": pythonIndex?.extraIndexUrls ?? [],
    "Python packages": pythonIndex?.findLinks ?? [],
    "trusted Python index": (pythonIndex?.trustedHosts ?? []).map((host) => `https://${host}`),
  };
  const all = [
    ...Object.entries(urls),
    ...Object.entries(lists).flatMap(([what, values]) => values.map((value) => [what, value] as const)),
  ];
  const texts = all.flatMap(([what, value]): PrivateText[] => {
    if (value === undefined || !URL.canParse(value)) return [];
    const url = new URL(value);
    const words = [url.username, url.password].filter((word) => word !== "");
    // A user name can be a common word; the pair as it stands in the URL cannot.
    const pair =
      words.length === 0
        ? []
        : [words.join(":"), ...(url.password === "" ? [] : [url.password, decodeURIComponent(url.password)])];
    return [
      ...hostTexts(url, what),
      ...[...new Set(pair)].map((text) => ({ text, what: `credential of the ${what}`, kind: "credential" as const })),
    ];
  });
  for (const word of proxy.no?.split(/[\s,]+/) ?? []) {
    const host = word.replace(/^[*.]+/, "");
    if (isTelling(host)) texts.push({ text: host, what: "host of no_proxy", kind: "host" });
  }
  return texts.filter(({ text }, index) => text !== "" && texts.findIndex((other) => other.text === text) === index);
}

/** Whether a mirror is reached with a name or a password: debootstrap leaves the mirror's address in the tree that it makes. */
export function hasMirrorCredential({ mirrors }: Pick<HostSources, "mirrors">): boolean {
  return privateTexts({ mirrors, proxy: {} }).some(({ kind }) => kind === "credential");
}

/** A name that many images have for other reasons counts only with its port. */
function hostTexts(url: URL, what: string): PrivateText[] {
  if (isTelling(url.hostname)) return [{ text: url.hostname, what: `host of the ${what}`, kind: "host" }];
  return url.port === "" ? [] : [{ text: url.host, what: `host of the ${what}`, kind: "host" }];
}

function isTelling(host: string): boolean {
  return host.includes(".") && !/^127\.|^localhost\./.test(host);
}
