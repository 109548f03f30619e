// Preloaded into a process (NODE_OPTIONS=--import=<URL of this file>): kills or stops that process at a named step of publishing.
// TEST_AT_PUBLISH_STEP is `kill:STEP` (SIGKILL) or `stop:STEP` (SIGSTOP, until somebody sends SIGCONT); TEST_AT_PUBLISH_STEP_TARGET
// narrows it to targets that hold this text. TEST_PUBLISH_STEPS names a file that gets a line `STEP TARGET` for each step.
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import { publishStepsChannel, type PublishStepMessage } from "../../core/artifacts/publish-steps.ts";

const [action, wanted] = (process.env["TEST_AT_PUBLISH_STEP"] ?? "").split(":");
const { TEST_PUBLISH_STEPS: file, TEST_AT_PUBLISH_STEP_TARGET: text = "" } = process.env;

subscribe(publishStepsChannel, (message) => {
  const { step, target } = message as PublishStepMessage;
  if (file !== undefined) appendFileSync(file, `${step} ${target}\n`);
  if (step === wanted && target.includes(text)) process.kill(process.pid, action === "stop" ? "SIGSTOP" : "SIGKILL");
});
