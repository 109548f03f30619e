// Waits for a build as a provider does, for tests that kill it: node waiting-process.ts PROJECT JOB SETTINGS (both JSON).
// Prints each event as a line of JSON.
import { localExecutor } from "../../../../core/build/local-executor.ts";
import type { BuildJob } from "../../../../core/build/job.ts";
import type { BuildSettings } from "../../../../core/build/settings.ts";

const [projectDirectory = "", job = "", settings = ""] = process.argv.slice(2);
const executor = localExecutor({ projectDirectory, settings: JSON.parse(settings) as BuildSettings });
const build = await executor.startOrAttach(JSON.parse(job) as BuildJob);
for await (const event of build.events()) console.log(JSON.stringify(event));
