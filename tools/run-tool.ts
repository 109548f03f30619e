import { IronicImagesError } from "../core/errors.ts";

/** Runs a command's main function: a failure that we foresaw is told in its own words, and exits with 1. */
export async function runTool(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof IronicImagesError)) throw error;
    console.error(`ironic-images: ${error.message}`);
    process.exitCode = 1;
  }
}
