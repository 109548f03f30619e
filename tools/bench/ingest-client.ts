// Publishes files as a build's outcome. Arguments: project, recipe, image, kernel, ramdisk. Prints milliseconds.
// Loaded before, as in the job that has run a build: locks are taken with it.
import "execa";
import { openStore } from "../../core/artifacts/store.ts";
import { stageSample } from "./samples.ts";

const [project = "", recipe = "", image = "", kernel = "", ramdisk = ""] = process.argv.slice(2);
const { staging, ...artifact } = await stageSample(project, recipe, { image, kernel, ramdisk });
const made = { schema: 1, tools: {}, seconds: { total: 1 }, builtAt: new Date().toISOString() } as const;
const start = performance.now();
await openStore(project).publish(staging, { ...made, ...artifact });
console.log(performance.now() - start);
process.exit();
