import { constants } from "node:os";
import { performance } from "node:perf_hooks";
import { IronicImagesError } from "../../errors.ts";
import { openBuildLog } from "../output/build-log.ts";
import { watchForTrouble, type BuildPlace } from "../host/host-trouble.ts";
import { collectLines, linesWith } from "../output/lines.ts";
import { trackPhases } from "../output/phases.ts";
import { printable } from "../output/printable.ts";
import type { Redactor } from "../output/redact.ts";
import { startSandbox } from "../sandbox/sandbox.ts";

/** One run of diskimage-builder in a prepared build directory. */
export interface BuilderRun {
  readonly name: string;
  readonly build: string;
  /** Absolute; the slot's cache. */
  readonly cache: string;
  readonly logPath: string;
  readonly logLimitBytes: number;
  readonly timeoutMinutes: number;
  readonly graceSeconds: number;
  /** What the build fills: told of when one of them is full. */
  readonly places: readonly BuildPlace[];
  /** First line of the sandbox's standard input, see `secretsLine`. */
  readonly secrets: string;
  /** Takes credentials out of what the build prints. */
  readonly redact: Redactor;
  /** Called when the phase changes, and every few seconds. */
  onProgress(phase: string, elapsedSeconds: number): void;
  /** Ends the build; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** How often a build that says nothing new tells its elapsed time. */
const heartbeatMilliseconds = 5000;

/** A build has some fifteen phases; a hook that prints as if there were more of them does not fill the events. */
const mostPhaseEvents = 100;

/** In lines that say something to us: those of our hooks, of diskimage-builder, and of failures; see phases.ts and host-trouble.ts. */
const telling =
  /ironic-images: |dib-run-parts |Building elements: |Calculating image size|Converting image using|No space left on device|Cannot allocate memory|\bKilled\b/g;

/**
 * Runs to the end, whatever the end is: nothing of the build runs afterwards.
 * @returns seconds per phase, and `total`
 * @throws IronicImagesError `build-failed`, `build-timeout`; the signal's reason
 */
export async function runBuilder(run: BuilderRun): Promise<Record<string, number>> {
  const start = performance.now();
  const elapsed = (): number => Math.round((performance.now() - start) / 1000);
  const log = openBuildLog(run.logPath, run.logLimitBytes);
  const phases = trackPhases(start);
  const trouble = watchForTrouble(run.places);
  let own: string | undefined;
  let phaseEvents = 0;
  const look = (line: string): void => {
    trouble.line(line);
    own = /(?:^| \| )ironic-images: (.*)$/.exec(line)?.[1] ?? own;
    const before = phases.phase;
    phases.line(line, performance.now());
    if (phases.phase !== before && phaseEvents++ < mostPhaseEvents) run.onProgress(phases.phase, elapsed());
  };
  const lines = collectLines((text) => {
    log.write(text);
    for (const line of linesWith(text, telling)) look(line);
  });

  const sandbox = startSandbox(run.build, run.cache, run.secrets, (chunk) => lines.push(run.redact.push(chunk)));
  let hook: string | undefined;
  let timedOut = false;
  let hardStop: NodeJS.Timeout | undefined;
  const stop = (): void => {
    hook ??= phases.hook ?? phases.phase;
    sandbox.cancel();
    hardStop ??= setTimeout(() => sandbox.kill(), run.graceSeconds * 1000);
  };
  const deadline = setTimeout(() => {
    timedOut = true;
    stop();
  }, run.timeoutMinutes * 60_000);
  const heartbeat = setInterval(() => run.onProgress(phases.phase, elapsed()), heartbeatMilliseconds);
  run.signal.addEventListener("abort", stop, { once: true });
  if (run.signal.aborted) stop();

  let status: number;
  try {
    status = await sandbox.ended;
  } finally {
    clearTimeout(deadline);
    clearTimeout(hardStop);
    clearInterval(heartbeat);
    run.signal.removeEventListener("abort", stop);
    lines.push(run.redact.end());
    lines.end();
    await log.close();
  }
  run.signal.throwIfAborted();
  if (timedOut) {
    throw new IronicImagesError(
      "build-timeout",
      `${run.name} was not built within ${run.timeoutMinutes} minutes and was stopped in ${hook ?? phases.phase}; log: ${run.logPath}; raise timeoutMinutes if it only needs longer`,
      log.tail(),
    );
  }
  if (status !== 0) {
    const where = phases.hook ?? phases.phase;
    const said = own === undefined ? `diskimage-builder ${endedBy(status)} in ${where}` : printable(own);
    const why = [said, ...trouble.causes()].join("; ");
    throw new IronicImagesError("build-failed", `${run.name} was not built: ${why}; log: ${run.logPath}`, log.tail());
  }
  const end = performance.now();
  return { ...phases.seconds(end), total: Math.round((end - start) / 100) / 10 };
}

/** A shell tells of a process that a signal ended as of one that exits with 128 and the signal's number. */
function endedBy(status: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
  return signal === undefined ? `ended with exit status ${status}` : `was ended by ${signal}`;
}
