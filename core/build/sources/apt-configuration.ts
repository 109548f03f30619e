/** One package source of apt: sources.list(5) in either format. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
}

/** Binary package sources of a classic `.list` file. */
export function parseSourcesList(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    const [, uri, suite] = match ?? [];
    return uri === undefined || suite === undefined ? [] : [{ uri, suites: [suite] }];
  });
}

/** Binary package sources of a deb822 `.sources` file. */
export function parseDeb822Sources(text: string): AptSource[] {
  const withoutComments = text.split("\n").filter((line) => !line.startsWith("#"));
  const stanzas = withoutComments.join("\n").split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    const field = (name: string): string[] =>
      new RegExp(`^${name}:((?:.*)(?:\\n[ \\t].*)*)`, "im")
        .exec(stanza)?.[1]
        ?.split(/\s+/)
        .filter((word) => word !== "") ?? [];
    if (!field("Types").includes("deb") || field("Enabled")[0]?.toLowerCase() === "no") return [];
    return field("URIs").map((uri) => ({ uri, suites: field("Suites") }));
  });
}

/**
 * The mirrors behind a machine's sources: those that serve its own release.
 * @param codename `VERSION_CODENAME` of os-release(5)
 */
export function mirrorsOf(
  sources: readonly AptSource[],
  codename: string,
): { distribution?: string; security?: string } {
  const serving = (suites: readonly string[]): string | undefined =>
    sources
      .find((source) => /^https?:/.test(source.uri) && source.suites.some((suite) => suites.includes(suite)))
      ?.uri.replace(/\/+$/, "");
  const distribution = serving([codename]);
  const security = serving([`${codename}-security`, `${codename}/updates`]);
  return { ...(distribution === undefined ? {} : { distribution }), ...(security === undefined ? {} : { security }) };
}

/** `Acquire::http::Proxy` and `Acquire::https::Proxy` in the output of `apt-config dump`; `DIRECT` means none. */
export function proxiesOf(aptConfigDump: string): { http?: string; https?: string } {
  const value = (scheme: string): string | undefined => {
    const found = new RegExp(`^Acquire::${scheme}::Proxy "([^"]*)";`, "im").exec(aptConfigDump)?.[1];
    return found === undefined || found === "" || found.toUpperCase() === "DIRECT" ? undefined : found;
  };
  const [http, https] = [value("http"), value("https")];
  return { ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }) };
}
