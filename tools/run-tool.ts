import { IronicImagesError } from "../core/errors.ts";
import { usageOf } from "./bootstrap/help.mjs";

/**
 * Runs a command's main function: a failure that we foresaw is told in its own words, and exits with 1; an unknown option with 2.
 * @param command of help.mjs, whose usage an unknown option is told with
 */
export async function runTool(main: () => Promise<void>, command = ""): Promise<void> {
  try {
    await main();
  } catch (error) {
    const usage = error instanceof Error && "code" in error && /^ERR_PARSE_ARGS/.test(String(error.code));
    if (!usage && !(error instanceof IronicImagesError)) throw error;
    console.error(`ironic-images: ${(error as Error).message}`);
    if (usage && usageOf(command) !== "") console.error(usageOf(command));
    process.exitCode = usage ? 2 : 1;
  }
}
