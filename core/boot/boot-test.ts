import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactRecord } from "../artifacts/record.ts";
import type { BuildEvent } from "../build/executor.ts";
import { defaultSlots, takeSlot } from "../build/waiting/slots.ts";
import { cacheDirectory } from "../cache-directory.ts";
import type { Accelerator } from "./command.ts";
import { bootImage } from "./boot.ts";
import { consoleLog, findVerdict, keepVerdict, type KeptVerdict, type TestedBoot } from "./kept-verdicts.ts";
import { rejection, verdictOf } from "./verdict.ts";

/** One boot test of an artifact. */
export interface BootTestRequest extends Omit<TestedBoot, "buildId"> {
  /** As the person calls the image. */
  readonly name: string;
  /** Absolute directory of the artifact. */
  readonly directory: string;
  readonly record: Pick<ArtifactRecord, "files" | "inputs" | "buildId">;
  /** Boots at once, over all projects of the user; default one per two processors. */
  readonly slots?: number | undefined;
  /** Default: KVM if it works here, otherwise TCG. */
  readonly accelerator?: Accelerator;
  readonly onEvent?: (event: BuildEvent) => void;
  /** Ends the waiting and the boot; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * The verdict on an image that boots: the one that is kept with the artifact, else that of a boot now. Verdict and console of every
 * boot are kept; only `boots` is believed the next time.
 * @throws IronicImagesError `boot-test-failed`, `boot-test-unclear`, and what `bootImage` throws
 */
export async function bootTest(request: BootTestRequest): Promise<KeptVerdict> {
  const { directory, record, firmware, settings, onEvent = () => undefined } = request;
  const tested = { buildId: record.buildId, firmware, settings };
  const known = async () => {
    const kept = await findVerdict(directory, tested);
    if (kept?.verdict !== "boots") return undefined;
    onEvent({ type: "note", text: `boots, as tested at ${kept.testedAt} in ${Math.round(kept.seconds)} s` });
    return kept;
  };
  return (
    (await known()) ?? (await inSlot(request, async (scratch) => (await known()) ?? boot(request, tested, scratch)))
  );
}

/** A slot's directory is its boot's alone: what a killed one left there goes with the next. */
async function inSlot<T>(
  { slots = defaultSlots(), onEvent, signal }: BootTestRequest,
  action: (scratch: string) => Promise<T>,
): Promise<T> {
  const slot = await takeSlot(join(cacheDirectory(), "boots"), slots, {
    signal: signal ?? new AbortController().signal,
    onWait: () =>
      onEvent?.({
        type: "waiting",
        reason: slots === 1 ? "another boot test runs" : `${slots} other boot tests run`,
      }),
  });
  try {
    await clear(slot.cache);
    return await action(slot.cache);
  } finally {
    await clear(slot.cache);
    slot.release();
  }
}

async function boot(request: BootTestRequest, tested: TestedBoot, scratch: string): Promise<KeptVerdict> {
  const { name, directory, record, firmware, settings, accelerator, signal, onEvent } = request;
  const { marker, ...limits } = settings;
  const serialLog = join(scratch, "serial.log");
  const result = await bootImage({
    ...limits,
    directory,
    record,
    scratch,
    ...(marker === undefined ? {} : { success: marker }),
    ...(accelerator === undefined ? {} : { accelerator }),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (_line, elapsedSeconds) =>
      onEvent?.({ type: "progress", phase: "boot test", elapsedSeconds, logPath: serialLog }),
  });
  const verdict = verdictOf(result);
  const { seconds } = result;
  const kept = { verdict, seconds, accelerator: result.accelerator, testedAt: new Date().toISOString() };
  await keepVerdict(directory, tested, kept, serialLog);
  if (verdict !== "boots")
    throw rejection({ name, verdict, result, firmware, settings, logPath: consoleLog(directory, tested) });
  onEvent?.({ type: "note", text: `boots, up after ${Math.round(seconds)} s (${result.accelerator})` });
  return kept;
}

async function clear(directory: string): Promise<void> {
  for (const entry of await readdir(directory)) await rm(join(directory, entry), { recursive: true, force: true });
}
