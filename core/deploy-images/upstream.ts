import { setTimeout as sleep } from "node:timers/promises";
import { readPublished } from "./published.ts";
import { pinnedUrls, type DownloadPins, type DownloadSource } from "./urls.ts";

/** A pinned source, and the configuration key that holds it. */
export interface PinnedSource {
  readonly key: string;
  readonly source: DownloadSource;
}

/**
 * One sentence for each source whose publisher has replaced what is pinned. Silent about a source that cannot be asked in time,
 * or that answers oddly: this only warns, and what is downloaded is compared with its pin anyway. Never throws.
 * @param budgetMs milliseconds for all sources together
 */
export async function movedUpstream(sources: readonly PinnedSource[], budgetMs = 2000): Promise<string[]> {
  const over = new AbortController();
  const asked = sources.map(({ key, source }) => askOne(key, source, budgetMs, over.signal));
  // A name that does not resolve cannot be given up, only left behind.
  const timer = new AbortController();
  const timeout = sleep(budgetMs, undefined, { signal: timer.signal }).catch(() => undefined);
  const answers = await Promise.all(asked.map((answer) => Promise.race([answer, timeout])));
  timer.abort();
  over.abort();
  return answers.filter((answer) => answer !== undefined);
}

async function askOne(
  key: string,
  source: DownloadSource,
  budgetMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const limits = { idleTimeout: budgetMs, pauses: [] };
    return movedSentence(key, source, await readPublished(source, { key, report: () => undefined, signal, limits }));
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
  return `${key}: its publisher has a new build: ${moved.join("; ")}. What is pinned stays in use; npm run pin -- --stack S takes the new build for review.`;
}
