// The SDK marks each promise that a resource has with where it was made: ten frames of text, four promises for each property. Nobody reads them
// but who looks for promises that never end, with PULUMI_DEBUG_PROMISE_LEAKS, which still gets them all. Measured with fifty triples, 303 resources:
// 20 of 122 MiB of heap while they wait, and a quarter of the program's processor time.
const frames = process.env["PULUMI_DEBUG_PROMISE_LEAKS"] === undefined ? 1 : Error.stackTraceLimit;

/**
 * Declares resources with short stack traces: an error that is thrown meanwhile says its line, and no more.
 * @param declaration synchronous; what it leaves for later has whole traces
 */
export function declare<T>(declaration: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.min(frames, before);
  try {
    return declaration();
  } finally {
    Error.stackTraceLimit = before;
  }
}
