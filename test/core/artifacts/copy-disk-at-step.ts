// Preloaded into a process that publishes: copies the disk DISK to COPIES/STEP after each step, while the process does nothing else.
import { execFileSync } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { publishStepsChannel, type PublishStepMessage } from "../../../core/artifacts/publish-steps.ts";

const { DISK: disk = "", COPIES: copies = "" } = process.env;

subscribe(publishStepsChannel, (message) => {
  const { step } = message as PublishStepMessage;
  execFileSync("cp", ["--sparse=always", disk, `${copies}/${step}`]);
});
