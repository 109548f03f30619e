// Builds a recipe as the provider does, without an engine. Arguments: project directory, recipe, build settings as JSON.
// Prints JSON: seconds from the job's start to the published artifact, the log's path, bytes that the build took, and that the artifact has.
import { join } from "node:path";
import { openStore } from "../../core/artifacts/store.ts";
import { localExecutor } from "../../core/build/local-executor.ts";
import type { BuildSettings } from "../../core/build/settings.ts";
import { recipeJob } from "../try/build.ts";

const [projectDirectory = "", recipe = "", settings = "{}"] = process.argv.slice(2);
const { job } = recipeJob(projectDirectory, recipe);
const executor = localExecutor({ projectDirectory, settings: JSON.parse(settings) as BuildSettings });
const start = performance.now();
const build = await executor.startOrAttach(job);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void build.cancel());
for await (const event of build.events())
  if (event.type === "progress") console.error(`${event.phase}, ${event.elapsedSeconds} s`);
const record = await build.fetch();
const seconds = (performance.now() - start) / 1000;
const log = join(openStore(projectDirectory).directory(record), "build.log");
const artifact = Object.values(record.files).reduce((sum, { size }) => sum + size, 0);
console.log(JSON.stringify({ seconds, log, space: record.space?.build, artifact }));
