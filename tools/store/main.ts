/** `npm run store -- ls | import DIRECTORY`: what artifacts are on this machine, and the way to bring one here from another. */
import { openStore } from "../../core/artifacts/store.ts";
import { artifactPath } from "../../core/artifacts/names.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { projectDirectory } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { artifactTable } from "./table.ts";

await runTool(async () => {
  const [command, ...operands] = process.argv.slice(2);
  const store = openStore(projectDirectory, { onMessage: (message) => console.error(message) });
  const [directory] = operands;
  if (command === "ls" && operands.length === 0) {
    console.log(artifactTable(await store.list()));
  } else if (command === "import" && directory !== undefined && operands.length === 1) {
    const { name, fingerprint, buildId } = await store.importFrom(directory);
    console.log(`${artifactPath(name, fingerprint)}: build ${buildId}, every digest verified`);
  } else {
    throw new IronicImagesError(
      "usage",
      "npm run store -- ls, or: npm run store -- import DIRECTORY (the one that holds artifact.json)",
    );
  }
});
