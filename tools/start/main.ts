/** `npm start`: everything from an empty machine to images in a real Glance; run again, it does what is left to do. */
import { join } from "node:path";
import { IronicImagesError } from "../../core/errors.ts";
import { acquireLock } from "../../core/lock.ts";
import { startCloud } from "../cloud/control.ts";
import { cacheDirectory, localPaths, projectDirectory } from "../paths.ts";
import { createReport } from "../report.ts";
import { runTool } from "../run-tool.ts";
import { deployLocal } from "./deploy.ts";
import { registeredImages } from "./images.ts";
import { installParts } from "./install.ts";
import { imageTable } from "./table.ts";

const next = `
What to do next:
  eval "$(npm run -s env)"        plain pulumi in this shell: pulumi preview, pulumi up, pulumi stack output
  npm run -s ids                  the ids as shell variables
  stacks/Pulumi.local.yaml        which images there are; recipes/ says what is in them
  npm stop                        ends the local cloud; npm start brings it back
  docs/guide.md                   how to do this on a real cloud`;

await runTool(async () => {
  const report = createReport();
  const { root, cloud } = localPaths();
  const lock = await acquireLock(join(root, "start.lock"), { wait: false });
  if (lock === undefined)
    throw new IronicImagesError("start-runs", "another `npm start` is running in this directory; let it end first");
  try {
    const { cloudVirtualenv } = await installParts({
      project: projectDirectory,
      cacheDirectory: cacheDirectory(),
      report,
    });
    await report.step("local cloud", async (progress) => {
      const { started } = await startCloud({ directory: cloud, virtualenv: cloudVirtualenv });
      if (!started) progress.skip("runs");
    });
    // Not a step: Pulumi draws on the terminal itself.
    report.note("pulumi up on the stack local");
    await deployLocal(projectDirectory);
    console.log(imageTable(await registeredImages(projectDirectory)));
    console.log(next);
  } finally {
    lock.release();
  }
});
