/** What a step tells while it runs. */
export interface Progress {
  /** What the step is doing now, in a few words, e.g. `41 %`; replaces what it said before. */
  say(text: string): void;
  /** The step found its work done: its closing line says so, without a time. */
  skip(reason?: string): void;
}

/** Prints what the tools do, one closing line a step. Several steps may run at once. */
export interface Report {
  /** Runs a step under its title and returns what it returns; an error passes through, after a line that names the step. */
  step<Result>(title: string, work: (progress: Progress) => Promise<Result> | Result): Promise<Result>;
  /** A line of its own, between steps. */
  note(text: string): void;
}

/** Where a report goes: a terminal is rewritten once a second, a plain log gets a line now and then. */
export interface ReportStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** 0 on a terminal that does not know its size, a serial line for example. */
  readonly columns?: number;
}

interface Running {
  readonly title: string;
  readonly start: number;
  text: string;
  skipped: string | undefined;
}

const eraseLine = "\r\u001b[K";

/**
 * Makes a report on a stream. Standard error by default: standard output belongs to what a command answers.
 * @param options.interval milliseconds between two lines about running steps (1 s on a terminal, 15 s in a log)
 */
export function createReport(stream: ReportStream = process.stderr, options: { interval?: number } = {}): Report {
  const terminal = stream.isTTY === true;
  const interval = options.interval ?? (terminal ? 1_000 : 15_000);
  const running = new Set<Running>();
  let timer: NodeJS.Timeout | undefined;

  const line = (text: string) => {
    stream.write(terminal ? `${eraseLine}${text}\n` : `${text}\n`);
    if (terminal && running.size > 0) live();
  };
  const live = () => {
    const states = [...running].map(
      (step) => `${step.title}${step.text === "" ? "" : `: ${step.text}`} (${elapsed(step.start)})`,
    );
    if (terminal) stream.write(eraseLine + shorten(states.join(" | "), (stream.columns || 80) - 1));
    else for (const state of states) stream.write(`  … ${state}\n`);
  };

  return {
    note: line,
    async step(title, work) {
      const step: Running = { title, start: performance.now(), text: "", skipped: undefined };
      running.add(step);
      timer ??= setInterval(live, interval);
      timer.unref();
      if (terminal) live();
      const close = (closing: string) => {
        running.delete(step);
        if (running.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        line(closing);
      };
      try {
        const result = await work({
          say: (text) => {
            step.text = text;
          },
          skip: (reason = "already there") => {
            step.skipped = reason;
          },
        });
        close(step.skipped === undefined ? `✓ ${title} (${elapsed(step.start)})` : `✓ ${title}: ${step.skipped}`);
        return result;
      } catch (error) {
        close(`✗ ${title} (failed after ${elapsed(step.start)})`);
        throw error;
      }
    },
  };
}

/** Elapsed time as a person reads it: `0.4 s`, `12 s`, `3 min 05 s`. */
function elapsed(start: number): string {
  const seconds = (performance.now() - start) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A live line must not wrap: what wraps cannot be erased. */
function shorten(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
