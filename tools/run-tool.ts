import { IronicImagesError } from "../core/errors.ts";

/** Runs a command's main function: a failure that we foresaw is told in its own words, and exits with 1; an unknown option with 2. */
export async function runTool(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const usage = error instanceof Error && "code" in error && /^ERR_PARSE_ARGS/.test(String(error.code));
    if (!usage && !(error instanceof IronicImagesError)) throw error;
    console.error(`ironic-images: ${(error as Error).message}`);
    process.exitCode = usage ? 2 : 1;
  }
}
