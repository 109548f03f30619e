import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";

const answerSchema = z.object({ return: z.unknown() });
const errorSchema = z.object({ error: z.object({ desc: z.string() }) });

/** QEMU's monitor (QMP: one JSON object a line; docs/interop/qmp-spec of QEMU). */
export interface Monitor {
  /** Port on 127.0.0.1 that leads to the guest's agent. */
  forwardedPort(): Promise<number>;
  /** Lets the machine go. */
  go(): Promise<void>;
}

/** Speaks to a machine that was just started. Its methods throw Error, with QEMU's words if there are any. */
export function monitor(input: Writable, output: Readable): Monitor {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();

  async function execute(command: string, values?: Readonly<Record<string, string>>): Promise<unknown> {
    input.write(`${JSON.stringify({ execute: command, ...(values === undefined ? {} : { arguments: values }) })}\n`);
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error("QEMU ended");
      const line: unknown = JSON.parse(value);
      const refused = errorSchema.safeParse(line);
      if (refused.success) throw new Error(refused.data.error.desc);
      const answer = answerSchema.safeParse(line);
      // The greeting and events come in between.
      if (answer.success) return answer.data.return;
    }
  }

  const ready = execute("qmp_capabilities");
  return {
    async forwardedPort() {
      await ready;
      const table = await execute("human-monitor-command", { "command-line": "info usernet" });
      return portIn(String(table));
    },
    async go() {
      await ready;
      await execute("cont");
    },
  };
}

/** The port of the one forwarding in `info usernet`. */
export function portIn(table: string): number {
  const port = /^\s*TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s/m.exec(table)?.[1];
  if (port === undefined) throw new Error(`QEMU forwards no port: ${table}`);
  return Number(port);
}
