import { fileURLToPath } from "node:url";
import { readPublished } from "./published.ts";
import { pinnedUrls, type DownloadPins, type DownloadSource } from "./urls.ts";

/** A pinned source, and the configuration key that holds it. */
export interface PinnedSource {
  readonly key: string;
  readonly source: DownloadSource;
}

const lookMain = fileURLToPath(new URL("./upstream-look.ts", import.meta.url));

/**
 * One sentence for each source whose publisher has replaced what is pinned. Silent about a source that cannot be asked in time,
 * or that answers oddly: this only warns, and what is downloaded is compared with its pin anyway. Never throws.
 *
 * Asks in a process of its own, because nothing else ends a name that does not resolve: it would hold a program's threads.
 * @param budgetMs milliseconds for all sources together
 */
export async function movedUpstream(sources: readonly PinnedSource[], budgetMs = 2000): Promise<string[]> {
  if (sources.length === 0) return [];
  const { execa } = await import("execa");
  const { stdout } = await execa(process.execPath, [lookMain], {
    reject: false,
    // Not as an argument: an address can hold a password.
    input: JSON.stringify(sources),
    stderr: "ignore",
    timeout: budgetMs,
    killSignal: "SIGKILL",
  });
  return (stdout ?? "").split("\n").flatMap(sentenceOf);
}

// A process that was killed in the middle of a line has not said it.
function sentenceOf(line: string): string[] {
  try {
    return [JSON.parse(line) as string];
  } catch {
    return [];
  }
}

/** The sentence about one source, if there is one. */
export async function movedSource(key: string, source: DownloadSource): Promise<string | undefined> {
  try {
    return movedSentence(
      key,
      source,
      await readPublished(source, { key, report: () => undefined, limits: { pauses: [] } }),
    );
  } catch {
    return undefined;
  }
}

function movedSentence(key: string, source: DownloadSource, published: DownloadPins): string | undefined {
  const moved = pinnedUrls(source).flatMap(([pin]) =>
    source[pin] === undefined || source[pin] === published[pin]
      ? []
      : [`${pin} is pinned as ${source[pin]}, published is ${published[pin]}`],
  );
  if (moved.length === 0) return undefined;
  return `${key}: its publisher has a new build: ${moved.join("; ")}. What is pinned stays in use where it was downloaded before, and cannot be downloaded any more; npm run pin takes the new build for review.`;
}
