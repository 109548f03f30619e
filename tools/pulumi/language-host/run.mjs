// LanguageRuntime.Run: one run of the program, from the request to the engine's answer.
import process from "node:process";
import { programArguments, programEnvironment } from "./command.mjs";
import { logError } from "./engine-log.mjs";
import { requireNode } from "./node-version.mjs";
import { parseOptions } from "./options.mjs";
import { locateModule } from "./sdk.mjs";

// The SDK's runner ends with this code when it has shown the user everything already.
const nothingToAdd = 32;

/** @returns {Promise<{ error?: string, bail?: boolean }>} as RunResponse has it */
export async function runProgram({ request, sdk, processes, engineAddress, signal }) {
  let prepared;
  try {
    prepared = prepare(request, sdk, engineAddress);
  } catch (error) {
    // Given as an error of the run it would read "an unhandled error occurred": it is one sentence, and enough.
    await logError(sdk, engineAddress, error.message);
    return { bail: true };
  }
  return answer(await processes.run(prepared.args, { environment: prepared.environment, signal }));
}

/** What to run; throws an Error of one sentence when it cannot run. */
function prepare(request, sdk, engineAddress) {
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  requireNode(directory, sdk.semver);
  if (request.getAttachDebugger())
    throw new Error(
      "this language host cannot attach a debugger: set runtime.options.nodeargs to --inspect-brk instead",
    );
  const name = process.env.PULUMI_LANGUAGE_NODEJS_RUN_PATH || "@pulumi/pulumi/cmd/run";
  const runPath = locateModule(name, directory);
  if (runPath === undefined) throw new Error(`${name} is not installed in ${directory}: run \`npm ci\` there`);
  const options = parseOptions(info);
  return {
    args: programArguments({ request, runPath, engineAddress, nodeargs: options.nodeargs }),
    environment: programEnvironment({ request, options, environment: process.env }),
  };
}

function answer({ code, signal, error, cancelled }) {
  // Even when it ended with 0: a program that was interrupted may have registered less than it has.
  if (cancelled) return { error: "the program was interrupted" };
  if (error !== undefined) return { error: `the program could not be started: ${error.message}` };
  if (code === 0) return {};
  if (code === nothingToAdd) return { bail: true };
  if (signal !== null) return { error: `Program was killed by ${signal}` };
  return { error: `Program exited with non-zero exit code: ${code}` };
}
