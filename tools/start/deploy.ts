import { join } from "node:path";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { runInForeground } from "../bootstrap/hand-over.mjs";
import { localStack, stackProcessEnvironment } from "../environment.ts";
import { localPaths } from "../paths.ts";
import { removeDeadLocks } from "./stack-lock.ts";

/** Exit code of `pulumi` for an update that was cancelled (sdk/go/common/util/cmdutil/exit.go). */
const cancelled = 8;

/**
 * Selects the stack `local`, and runs `pulumi up` on it, on our own terminal.
 * @throws IronicImagesError `stack-select-failed`, `up-cancelled`, `up-failed`
 */
export async function deployLocal(project: string): Promise<void> {
  const pulumi = join(localPaths(project).bin, "pulumi");
  const env = stackProcessEnvironment(localStack, process.env, project);
  const selected = await execa(pulumi, ["stack", "select", "--create", localStack, "--non-interactive"], {
    cwd: project,
    env,
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  if (selected.exitCode !== 0)
    throw new IronicImagesError(
      "stack-select-failed",
      "Pulumi could not select the stack local, see below",
      selected.stderr,
    );
  removeDeadLocks(localPaths(project).state);
  const { code, signal } = await runInForeground(pulumi, ["up", "--yes", "--skip-preview", "--stack", localStack], {
    cwd: project,
    env,
  });
  if (code === 0) return;
  if (code === cancelled)
    throw new IronicImagesError("up-cancelled", "`pulumi up` was interrupted; run `npm start` again");
  throw new IronicImagesError(
    "up-failed",
    `\`pulumi up\` on the stack local ended with ${signal ?? `code ${code}`}, see above; put it right and run \`npm start\` again`,
  );
}
