import { askPip, type PipQuestion } from "./ask-pip.ts";

/** Where the build host's pip gets packages from. */
export interface IndexSettings {
  /** Absent where it is the one that pip knows by itself. */
  readonly indexUrl?: string;
  readonly extraIndexUrls: readonly string[];
  readonly trustedHosts: readonly string[];
  /** Pages of links; directories of the host are of no use in an image. */
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** File of CA certificates on the host. */
  readonly cert?: string;
  readonly proxy?: string;
}

/** Reads the index configuration of the build host. @throws IronicImagesError `python-index-failed` */
export async function readIndexSettings(question: PipQuestion): Promise<IndexSettings> {
  const told = (await askPip(question, ["settings"])) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null)) as unknown as IndexSettings;
}

/**
 * The same for the pip inside the image: variables win over every file there.
 * @param wheels directory in the image that holds all packages; then no index is asked
 */
export function pipVariables(settings: IndexSettings | undefined, wheels: string | undefined): Record<string, string> {
  // It would ask the index for nothing but its own news, and its cache would stay in the image.
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_CACHE_DIR: "1" };
  if (wheels !== undefined) return { ...quiet, PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels };
  if (settings === undefined) return quiet;
  const { indexUrl, extraIndexUrls, trustedHosts, findLinks, noIndex, timeout, proxy } = settings;
  const lists = { PIP_EXTRA_INDEX_URL: extraIndexUrls, PIP_TRUSTED_HOST: trustedHosts, PIP_FIND_LINKS: findLinks };
  return {
    ...quiet,
    PIP_DEFAULT_TIMEOUT: String(timeout),
    ...(indexUrl === undefined ? {} : { PIP_INDEX_URL: indexUrl }),
    ...(noIndex ? { PIP_NO_INDEX: "1" } : {}),
    ...(proxy === undefined ? {} : { PIP_PROXY: proxy }),
    ...Object.fromEntries(
      Object.entries(lists)
        .filter(([, list]) => list.length > 0)
        .map(([name, list]) => [name, list.join(" ")]),
    ),
  };
}
