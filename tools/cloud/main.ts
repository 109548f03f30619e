/** The local cloud by itself: `node tools/cloud/main.ts up|down|status DIRECTORY`. Prints JSON. */
import { resolve } from "node:path";
import { cacheDirectory } from "../paths.ts";
import { ensureVirtualenv } from "../python/virtualenv.ts";
import { createReport } from "../report.ts";
import { runTool } from "../run-tool.ts";
import { cloudStatus, startCloud, stopCloud } from "./control.ts";

await runTool(async () => {
  const [command, where] = process.argv.slice(2);
  if (where === undefined) return usage();
  const directory = resolve(where);
  if (command === "up") {
    const report = createReport();
    const virtualenv = await report.step("Keystone and Glance", (progress) =>
      ensureVirtualenv({ name: "cloud", cacheDirectory: cacheDirectory(), progress }),
    );
    console.log(JSON.stringify(await startCloud({ directory, virtualenv })));
  } else if (command === "down") {
    console.log(JSON.stringify({ stopped: await stopCloud(directory) }));
  } else if (command === "status") {
    console.log(JSON.stringify(await cloudStatus(directory)));
  } else {
    return usage();
  }
});

function usage(): void {
  console.error("usage: node tools/cloud/main.ts up|down|status DIRECTORY");
  process.exitCode = 2;
}
