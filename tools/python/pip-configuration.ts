/** What uv is told so that it downloads from where this machine's pip does. */
export interface UvSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly options: readonly string[];
}

/**
 * Reads `pip config list`: lines such as `global.index-url='https://…'`. Where a key stands twice, the later and more
 * special one holds, as for `pip install`: the section global, then install, then the environment.
 */
export function parsePipConfiguration(output: string): Map<string, string> {
  const sections = ["global", "install", ":env:"];
  const found: { section: number; key: string; value: string }[] = [];
  for (const line of output.split("\n")) {
    const match = /^(global|install|:env:)\.\.?([a-z-]+)=(['"])(.*)\3$/.exec(line.trim());
    const [, section = "", key = "", , value = ""] = match ?? [];
    if (match !== null) found.push({ section: sections.indexOf(section), key, value: unescape(value) });
  }
  found.sort((one, other) => one.section - other.section);
  return new Map(found.map(({ key, value }) => [key, value]));
}

/** Python's repr of a string, undone. */
function unescape(text: string): string {
  return text.replace(/\\(n|t|['"\\])/g, (_, character: string) => ({ n: "\n", t: "\t" })[character] ?? character);
}

/**
 * uv does not read pip's configuration (its documentation, "Compatibility with pip"): this says the same in uv's words.
 * What is set for uv itself, in `environment`, is left alone.
 */
export function uvSettings(pip: ReadonlyMap<string, string>, environment: NodeJS.ProcessEnv): UvSettings {
  const words = (key: string) => (pip.get(key) ?? "").split(/\s+/).filter((word) => word !== "");
  const on = (key: string) => ["1", "true", "yes", "on"].includes((pip.get(key) ?? "").toLowerCase());
  const wanted: Record<string, string> = {
    UV_DEFAULT_INDEX: pip.get("index-url") ?? "",
    UV_INDEX: words("extra-index-url").join(" "),
    UV_FIND_LINKS: words("find-links").join(","),
    UV_INSECURE_HOST: words("trusted-host").join(" "),
    UV_HTTP_TIMEOUT: pip.get("timeout") ?? pip.get("default-timeout") ?? "",
    SSL_CERT_FILE: pip.get("cert") ?? "",
    ALL_PROXY: pip.get("proxy") ?? "",
  };
  const older: Record<string, string> = { UV_DEFAULT_INDEX: "UV_INDEX_URL", UV_INDEX: "UV_EXTRA_INDEX_URL" };
  const isSet = (name: string | undefined) => name !== undefined && (environment[name] ?? "") !== "";
  return {
    environment: Object.fromEntries(
      Object.entries(wanted).filter(([name, value]) => value !== "" && !isSet(name) && !isSet(older[name])),
    ),
    options: on("no-index") ? ["--no-index"] : [],
  };
}
