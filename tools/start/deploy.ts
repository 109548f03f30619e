import { join } from "node:path";
import { execa } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import { runInForeground } from "../bootstrap/hand-over.mjs";
import { localStack, stackProcessEnvironment } from "../environment.ts";
import { localPaths } from "../paths.ts";
import { removeDeadLocks } from "./stack-lock.ts";

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
  const end = await runInForeground(pulumi, ["up", "--yes", "--skip-preview", "--stack", localStack], {
    cwd: project,
    env,
  });
  const failure = upFailure(end);
  if (failure !== undefined) throw failure;
}

/** Exit code of `pulumi` for an update that was cancelled (sdk/go/common/util/cmdutil/exit.go). */
const cancelled = 8;

/** What to tell of an `up` that has ended; nothing if it went well. Of one that was asked to end the code can be that of a failure. */
export function upFailure({
  code,
  signal,
  asked,
}: Awaited<ReturnType<typeof runInForeground>>): IronicImagesError | undefined {
  if (code === 0) return undefined;
  if (code === cancelled || asked !== null) {
    const how = asked === null || asked === "SIGINT" ? "interrupted" : `ended by ${asked}`;
    return new IronicImagesError("up-cancelled", `\`pulumi up\` was ${how}; run \`npm start\` again`);
  }
  return new IronicImagesError(
    "up-failed",
    `\`pulumi up\` on the stack local ended with ${signal ?? `code ${code}`}, see above; put it right and run \`npm start\` again`,
  );
}
