import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isErrno } from "../artifacts/regular-file.ts";
import { replaceFile } from "../artifacts/replace-file.ts";
import { IronicImagesError } from "../errors.ts";
import { canonicalJson } from "../recipe/canonical-json.ts";
import { bootTestKey, verdictVersion, type BootFirmware, type BootTestSettings } from "./settings.ts";

/** Where verdicts and consoles lie, in an artifact's directory. No digest of the artifact covers them. */
export const bootTestsDirectory = "boot-tests";

/** What was tested: a verdict on anything else says nothing of it. */
export interface TestedBoot {
  readonly buildId: string;
  readonly firmware: BootFirmware;
  readonly settings: BootTestSettings;
}

const schema = z.object({
  schema: z.literal(verdictVersion),
  buildId: z.string(),
  firmware: z.enum(["bios", "uefi", "direct"]),
  settings: z.looseObject({}),
  verdict: z.enum(["boots", "does not boot", "cannot tell"]),
  /** Until the marker came, or it was given up. */
  seconds: z.number(),
  accelerator: z.enum(["kvm", "tcg"]),
  /** ISO 8601, UTC. */
  testedAt: z.iso.datetime(),
});

/** The answer of a test, as it is kept. */
export type KeptVerdict = Pick<z.infer<typeof schema>, "verdict" | "seconds" | "accelerator" | "testedAt">;

/** The console of a test, absolute if the artifact's directory is. */
export function consoleLog(artifactDirectory: string, tested: TestedBoot): string {
  return `${fileOf(artifactDirectory, tested)}.log`;
}

/** The verdict of the same test on the same bytes, if there is a readable one. */
export async function findVerdict(artifactDirectory: string, tested: TestedBoot): Promise<KeptVerdict | undefined> {
  let kept: z.infer<typeof schema>;
  try {
    kept = schema.parse(JSON.parse(await readFile(`${fileOf(artifactDirectory, tested)}.json`, "utf8")));
  } catch {
    // None, or garbled: the test is done again, which needs none.
    return undefined;
  }
  const { buildId, firmware, settings, verdict, seconds, accelerator, testedAt } = kept;
  // The name holds parts of digests only.
  if (canonicalJson({ buildId, firmware, settings }) !== canonicalJson(pick(tested))) return undefined;
  return { verdict, seconds, accelerator, testedAt };
}

/**
 * Keeps a verdict and the console that it follows from, in place of an older one.
 * @throws IronicImagesError `artifact-missing` if the artifact was taken away meanwhile
 */
export async function keepVerdict(
  artifactDirectory: string,
  tested: TestedBoot,
  verdict: KeptVerdict,
  serialLog: string,
): Promise<void> {
  try {
    // Not recursive: a directory without a record is no artifact.
    await mkdir(join(artifactDirectory, bootTestsDirectory));
  } catch (error) {
    if (isErrno(error, "ENOENT"))
      throw new IronicImagesError(
        "artifact-missing",
        `${artifactDirectory} is gone since its boot test began; run again`,
      );
    if (!isErrno(error, "EEXIST")) throw error;
  }
  await copyFile(serialLog, consoleLog(artifactDirectory, tested));
  const record = { schema: verdictVersion, ...pick(tested), ...verdict } satisfies z.infer<typeof schema>;
  await replaceFile(`${fileOf(artifactDirectory, tested)}.json`, `${JSON.stringify(record, undefined, 2)}\n`);
}

function fileOf(artifactDirectory: string, { buildId, firmware, settings }: TestedBoot): string {
  return join(artifactDirectory, bootTestsDirectory, bootTestKey(buildId, firmware, settings));
}

function pick({ buildId, firmware, settings }: TestedBoot) {
  return { buildId, firmware, settings: { ...settings } };
}
