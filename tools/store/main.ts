/** `npm run store -- ls | verify | gc | import DIRECTORY`: the artifacts on this machine. */
import { existsSync, realpathSync } from "node:fs";
import { artifactPath } from "../../core/artifacts/names.ts";
import { verifyStore } from "../../core/artifacts/examine.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { localStack, stackProcessEnvironment } from "../environment.ts";
import { localPaths, projectDirectory } from "../paths.ts";
import { confirm } from "../prune/confirm.ts";
import { runTool } from "../run-tool.ts";
import { collectGarbage, lookAtStore } from "./gc.ts";
import { storeOptions } from "./options.ts";
import type { PulumiPlace } from "../pulumi/ask.ts";
import { damagedAdvice, gcTable, storeTable, verifiedLine } from "./table.ts";

const project = realpathSync(projectDirectory);
const say = (message: string): void => console.error(message);

await runTool(async () => {
  const options = storeOptions(process.argv.slice(2), process.stdin.isTTY && process.stdout.isTTY);
  switch (options.command) {
    case "ls":
      return console.log(storeTable(await lookAtStore({ project, backends: backends() }, options), Date.now()));
    case "verify":
      return verify();
    case "import": {
      const { name, fingerprint, buildId } = await openStore(project, { onMessage: say }).importFrom(options.directory);
      return console.log(`${artifactPath(name, fingerprint)}: build ${buildId}, every digest verified`);
    }
    case "gc": {
      const context = { project, backends: backends(), say: (text: string) => console.log(text), confirm };
      const look = await lookAtStore(context, options);
      console.log(gcTable(look, Date.now()));
      if ((await collectGarbage(context, options, look)) > 0) process.exitCode = 1;
    }
  }
});

async function verify(): Promise<void> {
  let damaged = 0;
  let all = 0;
  for await (const entry of verifyStore(project, say)) {
    all++;
    console.log(verifiedLine(entry));
    if (entry.is !== "set-aside" && entry.why !== undefined) damaged++;
  }
  if (all === 0) console.log("The store is empty.");
  if (damaged === 0) return;
  console.log(damagedAdvice);
  process.exitCode = 1;
}

/** The user's own backend, and that of the stack `local`; they are one where no other is chosen. */
function backends(): PulumiPlace[] {
  const own = backend("");
  const local = backend(localStack);
  const isOther = own.env["PULUMI_BACKEND_URL"] !== local.env["PULUMI_BACKEND_URL"];
  return isOther && existsSync(localPaths(project).state) ? [own, local] : [own];
}

function backend(stack: string): PulumiPlace {
  // Which stack is meant is said each time.
  const { PULUMI_STACK: _, ...env } = stackProcessEnvironment(stack);
  return { directory: project, env };
}
