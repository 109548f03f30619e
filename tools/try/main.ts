/** `npm run try -- RECIPE [--no-boot]`: builds one recipe and boots it in QEMU, without any cloud. Exits with 1 if it does not boot. */
import { parseArgs } from "node:util";
import { openStore } from "../../core/artifacts/store.ts";
import { bootImage } from "../../core/boot/boot.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { usageOf } from "../bootstrap/help.mjs";
import { recipeNames } from "../../core/recipe/load.ts";
import { cacheDirectory, projectDirectory } from "../paths.ts";
import { createReport } from "../report.ts";
import { runTool } from "../run-tool.ts";
import { buildJob, recipeJob } from "./build.ts";
import { summary } from "./summary.ts";

/** Lines of the console that are shown when a guest does not come up. */
const shownLines = 30;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () =>
    interrupted.abort(new IronicImagesError("interrupted", `ended by ${signal}; the build and the guest are stopped`)),
  );
}

await runTool(async () => {
  const { recipe, boot } = readArguments();
  const { signal } = interrupted;
  const report = createReport();
  const { job, warnings } = recipeJob(projectDirectory, recipe);
  warnings.forEach((warning) => report.note(warning));
  const tried = await buildJob(job, { project: projectDirectory, cacheDirectory: cacheDirectory(), report, signal });
  tried.record.inspection?.warnings.forEach((warning) => report.note(warning));
  const directory = openStore(projectDirectory).directory(tried.record);
  const result = boot
    ? await report.step(`boot ${recipe}`, ({ say }) =>
        bootImage({ directory, record: tried.record, signal, onProgress: (line) => say(line) }),
      )
    : undefined;
  if (result?.booted === false) {
    console.error(result.serialLog.trimEnd().split("\n").slice(-shownLines).join("\n"));
    process.exitCode = 1;
  }
  console.log(summary(tried, result));
});

function readArguments(): { recipe: string; boot: boolean } {
  const usage = `${usageOf("try")}; recipes: ${recipeNames(projectDirectory).join(", ")}`;
  try {
    const { values, positionals } = parseArgs({
      options: { boot: { type: "boolean", default: true } },
      allowPositionals: true,
      allowNegative: true,
    });
    const [recipe, ...others] = positionals;
    if (recipe !== undefined && others.length === 0) return { recipe, boot: values.boot };
  } catch (error) {
    throw new IronicImagesError("usage", `${error instanceof Error ? error.message : String(error)}\n${usage}`, "", {
      cause: error,
    });
  }
  throw new IronicImagesError("usage", usage);
}
