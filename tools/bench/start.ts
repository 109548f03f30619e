import { join } from "node:path";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { cloudStatus, stopCloud } from "../cloud/control.ts";
import { localPaths } from "../paths.ts";
import { lastLines } from "../text.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { milliseconds } from "./pairs.ts";

/** `npm start` when there is nothing to do, in the project itself. One that is not measured goes before; if it has to build, it takes long. */
export const startBench: Bench = {
  title: "second npm start, nothing changed",
  pairs: 5,
  async run(context) {
    const { cloud } = localPaths(context.project);
    const ran = (await cloudStatus(cloud)).running.glance !== undefined;
    try {
      context.say("first npm start");
      await start(context);
      const ours: number[] = [];
      for (let round = 0; round < context.pairs; round++) {
        context.say(`run ${round + 1} of ${context.pairs}`);
        ours.push((await milliseconds(() => start(context))) / 1000);
      }
      return { rows: [{ what: "npm start", unit: "s", ours, compare: "value", target: 15 }] };
    } finally {
      if (!ran) await stopCloud(cloud);
    }
  },
};

async function start({ project, signal }: BenchContext): Promise<void> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [join(project, "tools/bootstrap.mjs"), "start"], {
    cwd: project,
    reject: false,
    stdin: "ignore",
    cancelSignal: signal,
    forceKillAfterDelay: 60_000,
  });
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw new IronicImagesError("bench-failed", "npm start failed", lastLines(`${stdout}\n${stderr}`));
}
