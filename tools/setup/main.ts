/** `npm run setup`: what plain `pulumi` needs on this machine, without a local cloud and without building an image. */
import { cacheDirectory, projectDirectory } from "../paths.ts";
import { createReport } from "../report.ts";
import { runTool } from "../run-tool.ts";
import { installParts } from "../start/install.ts";

await runTool(async () => {
  await installParts({ project: projectDirectory, cacheDirectory: cacheDirectory(), report: createReport() });
  console.log('Next: eval "$(npm run -s env -- --stack STACK)", then plain pulumi');
});
