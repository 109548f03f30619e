import { PassingFailure } from "./failure.ts";

/** Ends an exchange when nothing comes for too long, or when somebody asks for it. */
export interface Watchdog {
  /** Aborted by either; its reason says which. */
  readonly signal: AbortSignal;
  /** Something came. */
  touch(): void;
  /** To be called when the exchange is over. */
  stop(): void;
  /** Why an exchange really ended: the reason of the abort, or else the error itself. */
  reason(error: unknown): unknown;
}

/** @param idleTimeout milliseconds without a byte, from the start of the connection on */
export function watch(idleTimeout: number, signal?: AbortSignal): Watchdog {
  const idle = new AbortController();
  const either = signal === undefined ? idle.signal : AbortSignal.any([idle.signal, signal]);
  // A timer per chunk costs more than the chunk, so one looks a few times whether something came.
  let last = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - last < idleTimeout) return;
    idle.abort(new PassingFailure(`nothing came for ${idleTimeout / 1000} s`));
  }, idleTimeout / 8);
  return {
    signal: either,
    touch() {
      last = performance.now();
    },
    stop() {
      clearInterval(timer);
    },
    reason(error) {
      return either.aborted ? either.reason : error;
    },
  };
}
