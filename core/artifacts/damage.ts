import type { BigIntStats } from "node:fs";
import { IronicImagesError } from "../errors.ts";
import { foreignOwner } from "./owner.ts";
import { quarantine } from "./quarantine.ts";
import type { ArtifactRecord } from "./record.ts";
import { lstatIfExists } from "./regular-file.ts";
import { checkStamp } from "./stamp.ts";
import { verifyAndStamp } from "./verify.ts";

/**
 * What is wrong with an artifact, in one line, or undefined if nothing is.
 * @param options.believeStamp files that were not touched since they were last verified on this machine are not hashed
 * @throws IronicImagesError `artifact-unreadable`
 */
export async function damage(
  directory: string,
  record: ArtifactRecord,
  options: { readonly believeStamp: boolean; say(message: string): void },
): Promise<string | undefined> {
  if ((await lstatIfExists(directory))?.isDirectory() !== true) return "it is not a directory";
  const stamp = await checkStamp(directory, record);
  if (stamp.state === "broken") return stamp.why;
  const foreign = await foreignOwner(directory, record);
  if (foreign !== undefined) return foreign;
  if (options.believeStamp && stamp.state === "fits") return undefined;
  return verifyAndStamp(directory, record, options.say);
}

/**
 * Sets a damaged artifact aside and says so, also where that is not possible: it counts as missing either way.
 * @param seen what `lstat` said of the directory before it was judged
 */
export async function setDamagedAside(
  directory: string,
  seen: BigIntStats,
  why: string,
  say: (message: string) => void,
): Promise<void> {
  try {
    const aside = await quarantine(directory, seen);
    if (aside !== undefined) say(`${directory} is damaged: ${why}. It was set aside as ${aside}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof IronicImagesError) throw error;
    say(
      `${directory} is damaged: ${why}. It could not be set aside (${(error as Error).message}), and counts as missing`,
    );
  }
}
