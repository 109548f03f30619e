// Builds the job on standard input in the project PROJECT to its end, as whoever runs it; prints `built` or the error's code and text.
import { text } from "node:stream/consumers";
import type { BuildJob } from "../../../../core/build/job.ts";
import { localExecutor } from "../../../../core/build/local-executor.ts";
import { IronicImagesError } from "../../../../core/errors.ts";

const [projectDirectory = ""] = process.argv.slice(2);
const job = JSON.parse(await text(process.stdin)) as BuildJob;
try {
  const build = await localExecutor({ projectDirectory, settings: {} }).startOrAttach(job);
  for await (const _ of build.events());
  await build.fetch();
  console.log("built");
} catch (error) {
  if (!(error instanceof IronicImagesError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
