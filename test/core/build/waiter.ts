// Waits for a build as a provider does, to be killed meanwhile: node waiter.ts PROJECT, with job and settings as JSON on standard input.
import { json } from "node:stream/consumers";
import type { BuildJob } from "../../../core/build/job.ts";
import { localExecutor } from "../../../core/build/local-executor.ts";
import type { BuildSettings } from "../../../core/build/settings.ts";

const { job, settings } = (await json(process.stdin)) as { job: BuildJob; settings: BuildSettings };
const build = await localExecutor({ projectDirectory: process.argv[2] ?? "", settings }).startOrAttach(job);
for await (const event of build.events()) console.log(JSON.stringify(event));
