import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { publishSteps, type PublishStep } from "../../../core/artifacts/publish-steps.ts";
import { stage } from "./samples.ts";
import { storeClient, type ClientAnswer } from "./support.ts";

const preloaded = new URL("./copy-disk-at-step.ts", import.meta.url).href;

/** What a power cut right after a step left on the disk. */
export interface AfterPowerLoss {
  readonly step: PublishStep;
  /** What the store said and found after the disk was mounted again. */
  readonly answer: ClientAnswer;
  /** Names in the directory of artifacts. */
  readonly entries: readonly string[];
}

/**
 * Publishes onto a file system of its own, on a loop device, and copies the disk below it after each step: what the file system's page
 * cache holds by then is not in the copy, as after a power cut. Each copy is mounted, and the store opened. All of it in a mount
 * namespace, which takes the loop devices along when it ends.
 *
 * @param directory empty
 * @param makeFileSystem e.g. `mkfs.ext4 -q`
 * @param mountOptions of the first mount, e.g. so that nothing is written out that nobody asked for
 */
export async function cutPowerAtEachStep(
  directory: string,
  makeFileSystem: string,
  mountOptions: string,
): Promise<AfterPowerLoss[]> {
  const staging = stage(join(directory, "source"));
  for (const place of ["mounted", "copies", "answers"]) mkdirSync(join(directory, place));
  const script = `
    set -eu
    cd "$1"
    staging=$2
    shift 2
    truncate --size=320M disk
    ${makeFileSystem} disk
    mount -o loop,${mountOptions} disk mounted
    mkdir mounted/.images
    # What is there before anything is published; from here on only what the program forces to the disk is sure to be on it.
    sync -f mounted
    cp -a "$staging" mounted/.images/staged
    DISK=$PWD/disk COPIES=$PWD/copies "$1" --import "$2" "$3" "$4" publish "$4/.images/staged" >answers/publish
    umount mounted
    for step in ${publishSteps.join(" ")}; do
      mount -o loop copies/$step mounted
      "$1" "$3" "$4" find >answers/$step
      ls -A mounted/.images mounted/.images/artifacts >answers/$step.entries 2>/dev/null || :
      umount mounted
    done`;
  const client = [process.execPath, preloaded, storeClient, join(directory, "mounted")];
  await execa("unshare", [
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    script,
    "sh",
    directory,
    staging,
    ...client,
  ]);
  const answer = (name: string) => readFileSync(join(directory, "answers", name), "utf8");
  return publishSteps.map((step) => ({
    step,
    answer: JSON.parse(answer(step)) as ClientAnswer,
    entries: answer(`${step}.entries`).split("\n").filter(Boolean),
  }));
}
