import type { IncomingMessage } from "node:http";
import { downloadFailed, networkFailure, PassingFailure } from "./failure.ts";
import { get } from "./get.ts";
import { bodyProblem, judgeAnswer, requestHeaders, sizeProblem } from "./judge.ts";
import { defaultLimits, withTries, type DownloadLimits } from "./tries.ts";
import { watch } from "./watchdog.ts";

/** A small text to be read, a checksum file for example. */
export interface TextRequest {
  readonly url: string;
  /** The key of the configuration that the URL comes from, for messages. */
  readonly key: string;
  /** Most bytes; default 64 KiB. */
  readonly maxSize?: number;
  /** Told of tries that failed. */
  readonly report: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: DownloadLimits | undefined;
}

/**
 * Reads a small text, under the rules of a download.
 * @throws IronicImagesError `download-failed`
 */
export function fetchText(request: TextRequest): Promise<string> {
  return withTries(request, request.limits?.pauses ?? defaultLimits.pauses, () => readText(request));
}

async function readText({ url, key, maxSize = 64 * 1024, signal, limits }: TextRequest): Promise<string> {
  const watchdog = watch(limits?.idleTimeout ?? defaultLimits.idleTimeout, signal);
  try {
    const { response, end } = await get({ url, headers: requestHeaders(undefined), watchdog });
    try {
      const verdict = judgeAnswer(response, undefined, { maxSize });
      if ("later" in verdict) throw new PassingFailure(verdict.later);
      if ("never" in verdict) throw downloadFailed(url, `${verdict.never}; correct ${key}`);
      const body = await readBody(response, maxSize, watchdog.touch);
      const why = sizeProblem(body.length, { maxSize }) ?? bodyProblem(body);
      if (why !== undefined) throw downloadFailed(url, `${why}; correct ${key}`);
      return body.toString("utf8");
    } finally {
      end();
    }
  } catch (error) {
    throw networkFailure(url, watchdog.reason(error), "ends too early");
  } finally {
    watchdog.stop();
  }
}

/** Everything, or a little more than may be. */
async function readBody(response: IncomingMessage, maxSize: number, touch: (bytes: number) => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    touch(chunk.length);
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxSize) break;
  }
  return Buffer.concat(chunks);
}
