import { PassingFailure } from "./failure.ts";

/** Bytes of a body that must come within the idle timeout: a server that sends one now and then would hold a build for weeks. */
const leastProgress = 4096;

/** Ends an exchange when nothing, or hardly anything, comes for too long, or when somebody asks for it. */
export interface Watchdog {
  /** Aborted by either; its reason says which. */
  readonly signal: AbortSignal;
  /** Something came: so many bytes of a body, or the head of an answer. */
  touch(bytes?: number): void;
  /** To be called when the exchange is over. */
  stop(): void;
  /** Why an exchange really ended: the reason of the abort, or else the error itself. */
  reason(error: unknown): unknown;
}

/** @param idleTimeout milliseconds without a byte, or for 4 KiB of a body, from the start of the connection on */
export function watch(idleTimeout: number, signal?: AbortSignal): Watchdog {
  const idle = new AbortController();
  const either = signal === undefined ? idle.signal : AbortSignal.any([idle.signal, signal]);
  // A timer per chunk costs more than the chunk, so one looks a few times whether something came.
  let progressed = performance.now();
  let since = 0;
  const timer = setInterval(() => {
    if (performance.now() - progressed < idleTimeout) return;
    const what = since === 0 ? "nothing came for" : `only ${since} bytes came in`;
    idle.abort(new PassingFailure(`${what} ${idleTimeout / 1000} s`));
  }, idleTimeout / 8);
  return {
    signal: either,
    touch(bytes = leastProgress) {
      since += bytes;
      if (since < leastProgress) return;
      progressed = performance.now();
      since = 0;
    },
    stop() {
      clearInterval(timer);
    },
    reason(error) {
      return either.aborted ? either.reason : error;
    },
  };
}
