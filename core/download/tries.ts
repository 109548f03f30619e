import { setTimeout as sleep } from "node:timers/promises";
import { downloadFailed, PassingFailure, shownUrl } from "./failure.ts";

/** How patient a download is; the defaults fit a slow mirror. */
export interface DownloadLimits {
  /** Milliseconds without a byte, or with less than 4 KiB of a body, after which a try is given up; default 60000. */
  readonly idleTimeout?: number;
  /** Milliseconds before the second and each further try; as many tries as entries, and one. Default 2000, 10000, 30000. */
  readonly pauses?: readonly number[];
}

export const defaultLimits = { idleTimeout: 60_000, pauses: [2_000, 10_000, 30_000] } as const;

/** Does something again as long as its failures may pass, and there are pauses left. */
export async function withTries<Result>(
  request: {
    readonly url: string;
    readonly report: (message: string) => void;
    readonly signal?: AbortSignal | undefined;
  },
  pauses: readonly number[],
  once: () => Promise<Result>,
): Promise<Result> {
  const { url, report, signal } = request;
  for (let tries = 1; ; tries++) {
    try {
      return await once();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof PassingFailure)) throw error;
      const pause = pauses[tries - 1];
      if (pause === undefined)
        throw downloadFailed(
          url,
          `${error.message}${tries > 1 ? `, ${tries} times` : ""}; try again later, or take another mirror`,
        );
      report(`${shownUrl(url)}: ${error.message}; next try in ${pause / 1000} s`);
      await sleep(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}
