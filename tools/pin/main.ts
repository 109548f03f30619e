/** `npm run pin -- --stack NAME [--architecture NAME] [--check]`: writes what publishers of deploy images publish today into the stack file. */
import { parseArgs } from "node:util";
import { IronicImagesError } from "../../core/errors.ts";
import { usageOf } from "../bootstrap/help.mjs";
import { projectDirectory } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { pinStack } from "./pin.ts";

await runTool(async () => {
  const { stack, architecture, check } = readArguments();
  try {
    const moved = await pinStack({
      project: projectDirectory,
      stack,
      architecture,
      check,
      say: (line) => console.log(line),
      note: (line) => console.error(line),
    });
    if (check && moved) process.exitCode = 1;
  } catch (error) {
    if (!check || !(error instanceof IronicImagesError)) throw error;
    // A nightly job tells a publisher that moved from one that did not answer.
    console.error(`ironic-images: ${error.message}`);
    process.exitCode = 2;
  }
});

function readArguments(): { stack: string; architecture: string | undefined; check: boolean } {
  const usage = usageOf("pin");
  try {
    const { stack, architecture, check } = parseArgs({
      options: {
        stack: { type: "string" },
        architecture: { type: "string" },
        check: { type: "boolean", default: false },
      },
    }).values;
    if (stack !== undefined) return { stack, architecture, check };
  } catch (error) {
    throw new IronicImagesError("usage", `${error instanceof Error ? error.message : String(error)}\n${usage}`, "", {
      cause: error,
    });
  }
  throw new IronicImagesError("usage", usage);
}
