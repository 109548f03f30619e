/** `npm run bench [-- NAME...]`: measures what has a target, against the tool that does the same by hand, in the same run. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { IronicImagesError } from "../../core/errors.ts";
import { cloudsFile, startCloud } from "../cloud/control.ts";
import { performanceFile, writePerformancePages } from "../docs/performance-pages.ts";
import { cacheDirectory, localPaths, projectDirectory } from "../paths.ts";
import { ensureVirtualenv } from "../python/virtualenv.ts";
import { runTool } from "../run-tool.ts";
import { benches } from "./benches.ts";
import { once } from "./once.ts";
import { benchOptions } from "./options.ts";
import { takePlace } from "./place.ts";
import { addResult, readResults } from "./results-file.ts";
import { outcomesText, runBenches } from "./run.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () =>
    interrupted.abort(new IronicImagesError("interrupted", `ended by ${signal}; what was measured before is kept`)),
  );
}

await runTool(async () => {
  const { names, pairs, json } = benchOptions(process.argv.slice(2), Object.keys(benches));
  const file = json ?? join(projectDirectory, performanceFile);
  // A file that is no bench's is noticed now, and not after an hour.
  readResults(file);
  const { root } = localPaths();
  await mkdir(root, { recursive: true });
  const place = await takePlace(root);
  try {
    const outcomes = await runBenches({
      benches: Object.entries(benches).filter(([name]) => names.includes(name)),
      pairs,
      command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
      signal: interrupted.signal,
      directory: place.directory,
      context: {
        project: projectDirectory,
        builder: once(async () =>
          join(await ensureVirtualenv({ name: "builder", cacheDirectory: cacheDirectory() }), "bin"),
        ),
        cloud: once(async () => {
          const virtualenv = await ensureVirtualenv({ name: "cloud", cacheDirectory: cacheDirectory() });
          const directory = join(place.work, "cloud");
          await startCloud({ directory, virtualenv });
          return cloudsFile(directory);
        }),
      },
      async onResult(name, result) {
        await addResult(file, name, result);
        if (json === undefined) writePerformancePages(projectDirectory);
      },
    });
    console.log(outcomesText(outcomes));
    if (outcomes.some((outcome) => "failure" in outcome)) process.exitCode = 1;
  } finally {
    await place.leave();
  }
});
