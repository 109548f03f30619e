import { IronicImagesError } from "../../core/errors.ts";
import type { Progress } from "../report.ts";
import { installPackages } from "./install-packages.ts";
import { probeHost } from "./probe.mjs";
import { judgeHost } from "./requirements.mjs";

/**
 * Makes sure that this machine can build images: refuses with one sentence, or installs the packages that are missing
 * where it may.
 * @throws IronicImagesError `host-unfit`, and those of installPackages
 */
export async function checkHost(progress?: Progress): Promise<void> {
  const verdict = judgeHost(probeHost());
  if (verdict.problem !== undefined) throw new IronicImagesError("host-unfit", verdict.problem);
  if (verdict.install.length === 0) progress?.skip("all there");
  else await installPackages(verdict.install, progress);
}
