/** `npm run clean`, or `-- --keep-cache`: removes all that was made: local cloud, artifacts, dependencies, the user's cache. */
import { parseArgs } from "node:util";
import { cacheDirectory, projectDirectory } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { clean } from "./clean.ts";

await runTool(async () => {
  const { values } = parseArgs({ options: { "keep-cache": { type: "boolean", default: false } } });
  await clean({
    project: projectDirectory,
    cache: values["keep-cache"] ? undefined : cacheDirectory(),
    say: console.log,
  });
  console.log(
    "Go's and npm's own caches stay, because other projects share them: `go clean -cache -modcache` and `npm cache clean --force` empty them",
  );
}, "clean");
