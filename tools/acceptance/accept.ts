import { join } from "node:path";
import { IronicImagesError } from "../../core/errors.ts";
import type { Report } from "../report.ts";
import type { Accepting } from "./accepting.ts";
import { fullPart, type Deployed } from "./full.ts";
import { readBuild } from "./glance-bytes.ts";
import { meaningOf } from "./meaning.ts";
import type { Outcome } from "./outcome.ts";
import type { Place } from "./place.ts";
import { quickPart, type Quick } from "./quick.ts";
import type { ImageResult } from "./result.ts";
import type { RunningIronic } from "./ironic-process.ts";
import type { StackIds, StackImage } from "./stack-ids.ts";

/** What an acceptance has. */
export interface Acceptance {
  readonly accepting: Omit<Accepting, "say">;
  readonly ironic: RunningIronic;
  readonly ids: StackIds;
  readonly place: Place;
  readonly report: Report;
  /** Without machines. */
  readonly quick: boolean;
  /** Leave the machines' disks. */
  readonly keep: boolean;
}

/** Takes one image after another; machines would only slow each other down. */
export async function accept(acceptance: Acceptance): Promise<ImageResult[]> {
  const { accepting, ids, report } = acceptance;
  const { kernelId: kernel, ramdiskId: ramdisk, buildId } = ids.deploy;
  const deploy = await report.step("deploy images: every byte from Glance", () =>
    readBuild(accepting.session, { kernel, ramdisk }, buildId, accepting.signal),
  );
  const results: ImageResult[] = [];
  for (const image of ids.images) {
    const quick = await timed(report, `${image.key}, quick`, async (say) =>
      deploy.problem === undefined
        ? await quickPart({ ...accepting, say }, image, deploy.seen)
        : {
            rootGiB: 0,
            outcome: {
              passed: false,
              stage: deploy.problem.stage,
              why: `deploy images: ${deploy.problem.why}`,
            } as const,
          },
    );
    results.push(await finish(acceptance, image, quick));
  }
  return results;
}

async function finish(acceptance: Acceptance, image: StackImage, quick: Quick & Timed): Promise<ImageResult> {
  const { outcome, firmware, rootGiB, seconds } = quick;
  const known = {
    image: image.key,
    imageId: image.imageId,
    kind: image.kernelId === undefined ? ("whole-disk" as const) : ("partition" as const),
    ...(firmware === undefined ? {} : { firmware }),
    quick: outcome.passed ? ("passed" as const) : ("failed" as const),
    quickSeconds: seconds,
  };
  const directory = join(acceptance.place.work, "machines", image.key);
  if (!outcome.passed || firmware === undefined || acceptance.quick)
    return { ...known, full: "not asked", ...(await judged(acceptance, image, outcome, directory)) };
  const { accepting, ironic, report } = acceptance;
  const request = { directory, rootGiB, firmware, filesPort: ironic.filesPort, keepDisk: acceptance.keep };
  let deployed: Deployed;
  try {
    deployed = await timed(report, `${image.key}, full`, (say) => fullPart({ ...accepting, say }, image, request));
  } catch (error) {
    if (!(error instanceof IronicImagesError) || error.code !== "host-tool-missing") throw error;
    return { ...known, full: "skipped", why: error.summary, verdict: "accepted" };
  }
  const { accelerator, deploySeconds, bootSeconds } = deployed;
  return {
    ...known,
    full: deployed.outcome.passed ? "passed" : "failed",
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(deploySeconds === undefined ? {} : { deploySeconds }),
    ...(bootSeconds === undefined ? {} : { bootSeconds }),
    ...(await judged(acceptance, image, deployed.outcome, directory)),
  };
}

async function judged(
  { place, ironic }: Acceptance,
  { key }: StackImage,
  outcome: Outcome,
  machine: string,
): Promise<Pick<ImageResult, "verdict" | "failure">> {
  if (outcome.passed) return { verdict: "accepted" };
  const { stage, why } = outcome;
  const logs = await place.keepLogs(key, {
    "ironic.log": ironic.log,
    agent: ironic.agentLogs,
    "console.log": join(machine, "console.log"),
    "boot.log": join(machine, "boot", "serial.log"),
  });
  return { verdict: "refused", failure: { stage, why, meaning: meaningOf(stage, why), logs } };
}

interface Timed {
  readonly seconds: number;
}

class Refused extends Error {}

/** A step whose closing line says whether the image passed. */
async function timed<Result extends { readonly outcome: Outcome }>(
  report: Report,
  title: string,
  work: (say: (text: string) => void) => Promise<Result>,
): Promise<Result & Timed> {
  const start = performance.now();
  let result: Result | undefined;
  try {
    await report.step(title, async ({ say }) => {
      result = await work(say);
      if (!result.outcome.passed) throw new Refused();
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return { ...(result as Result), seconds: (performance.now() - start) / 1000 };
}
