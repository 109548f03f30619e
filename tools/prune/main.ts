/** `npm run prune -- --stack STACK [--dry-run | --yes] [--unprotect]`: deletes images of a stack that have left its state and that nobody names. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { glanceClient } from "../../core/openstack/glance.ts";
import { glanceInventory } from "../../core/openstack/glance-inventory.ts";
import { removeImages, type Removal } from "../../core/prune/remove.ts";
import { ignoredCloudsNote, requireStarted, stackProcessEnvironment } from "../environment.ts";
import { projectDirectory } from "../paths.ts";
import { runTool } from "../run-tool.ts";
import { plainName } from "../pulumi/ask.ts";
import { askCloud } from "./ask-pulumi.ts";
import { confirm } from "./confirm.ts";
import { connect, connectForNodes } from "./connect.ts";
import { confirmed, look } from "./look.ts";
import { pruneOptions } from "./options.ts";
import { pruneReport } from "./report.ts";

await runTool(async () => {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  const { stack, yes, dryRun, unprotect, nodesCloud } = pruneOptions(process.argv.slice(2), isTerminal);
  requireStarted(stack);
  const ignored = ignoredCloudsNote(stack);
  if (ignored !== undefined) console.error(`ironic-images: ${ignored}`);
  const place = { directory: projectDirectory, env: stackProcessEnvironment(stack) };
  const file = parse(await readFile(join(projectDirectory, "Pulumi.yaml"), "utf8")) as unknown;
  const { name: project } = z.object({ name: z.string() }).parse(file);

  const cloud = await askCloud(place, stack);
  const glance = await connect(place, cloud);
  const ironic = nodesCloud === undefined ? glance : await connectForNodes(place, cloud, nodesCloud, glance);
  const inquiry = { place, stack, project, glance, ironic, unprotect };
  const before = await look(inquiry);
  console.log(pruneReport(before, plainName(stack)));
  const count = before.plan.remove.length;
  if (dryRun) return console.log("--dry-run: nothing was deleted.");
  if (count === 0) return;
  if (!yes && !(await confirm(`Delete ${count} images?`))) return console.log("Nothing was deleted.");

  const entries = confirmed(before, await look(inquiry));
  if (entries.length < count)
    console.log(`${count - entries.length} of them are gone or in use by now, and left alone.`);
  const removing = { ...glanceClient(glance), ...glanceInventory(glance) };
  const removals = await removeImages(removing, entries, (removal) => console.log(removalLine(removal)));
  if (removals.some(({ outcome }) => outcome === "left")) process.exitCode = 1;
});

function removalLine({ entry: { image }, outcome, why }: Removal): string {
  return `${image.id} ${image.name ?? ""}: ${outcome}${why === "" ? "" : `: ${why}`}`;
}
