/** `npm stop`: ends the local cloud. Its images and the stack's state stay for the next `npm start`. */
import { stopCloud } from "../cloud/control.ts";
import { localPaths } from "../paths.ts";
import { runTool } from "../run-tool.ts";

await runTool(async () => {
  const stopped = await stopCloud(localPaths().cloud);
  console.log(
    stopped ? "The local cloud is stopped; its images come back with `npm start`." : "The local cloud does not run.",
  );
});
