/** `npm run acceptance`: a real Ironic deploys what a stack publishes. Exits with 1 unless every image is accepted. */
import { execa } from "execa";
import { requireQemu } from "../../core/boot/boot.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { ignoredCloudsNote, requireStarted, stackProcessEnvironment } from "../environment.ts";
import { cacheDirectory, projectDirectory } from "../paths.ts";
import { askCloud } from "../prune/ask-pulumi.ts";
import { plainName, type PulumiPlace } from "../pulumi/ask.ts";
import { ensureVirtualenv } from "../python/virtualenv.ts";
import { createReport } from "../report.ts";
import { runTool } from "../run-tool.ts";
import { requireStackFile } from "../stacks.ts";
import { lastLines } from "../text.ts";
import { accept } from "./accept.ts";
import { conductorAccount } from "./conductor-account.ts";
import { ironicClient } from "./ironic-client.ts";
import { startIronic } from "./ironic-process.ts";
import { macAddresses } from "./mac-addresses.ts";
import { acceptanceOptions } from "./options.ts";
import { takePlace } from "./place.ts";
import { resultText, type AcceptanceResult } from "./result.ts";
import { stackIds } from "./stack-ids.ts";

const interrupted = new AbortController();

await runTool(async () => {
  const { stack, images, quick, keep, conductor } = acceptanceOptions(process.argv.slice(2));
  requireStarted(stack);
  const ignored = ignoredCloudsNote(stack);
  if (ignored !== undefined) console.error(`ironic-images: ${ignored}`);
  if (!quick) await requireQemu();
  const pulumi = { directory: projectDirectory, env: stackProcessEnvironment(stack) };
  const ids = stackIds(await outputs(pulumi, stack), stack, images);
  const { region } = await askCloud(pulumi, stack);
  const cloud = await conductorAccount(conductor, region, pulumi);
  const session = await authenticate(cloud);
  const report = createReport();
  const virtualenv = await report.step("Ironic", (progress) =>
    ensureVirtualenv({ name: "ironic", cacheDirectory: cacheDirectory(), progress }),
  );
  endOnSignals();
  const place = await takePlace(projectDirectory, plainName(stack));
  try {
    const { signal } = interrupted;
    const ironic = await report.step("Ironic on loopback", () =>
      startIronic({ directory: place.work, virtualenv, cloud, signal }),
    );
    try {
      const accepting = {
        session,
        ironic: ironicClient(session, ironic.endpoint),
        httpRoot: ironic.httpRoot,
        deploy: ids.deploy,
        nextAddress: macAddresses(),
        signal,
      };
      const results = await accept({ accepting, ironic, ids, place, report, quick, keep });
      const result: AcceptanceResult = { stack, finishedAt: new Date().toISOString(), images: results };
      const file = await place.writeResult(result);
      console.log(`${resultText(results)}\n\nThe same as JSON: ${file}`);
      if (results.some(({ verdict }) => verdict === "refused")) process.exitCode = 1;
    } finally {
      await ironic.stop();
    }
  } catch (error) {
    interrupted.signal.throwIfAborted();
    throw error;
  } finally {
    await place.leave(keep);
  }
}, "acceptance");

/** From when on there is something to end: Ironic, a machine, their files. */
function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () =>
      interrupted.abort(new IronicImagesError("interrupted", `ended by ${signal}; Ironic and its machine are stopped`)),
    );
  }
}

async function outputs({ directory, env }: PulumiPlace, stack: string): Promise<unknown> {
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive", "--color", "never"];
  const options = { cwd: directory, env, extendEnv: false, reject: false, stdin: "ignore" } as const;
  const { exitCode, stdout, stderr, originalMessage } = await execa("pulumi", args, options);
  if (exitCode === 0) return JSON.parse(stdout);
  requireStackFile(stack);
  const said = lastLines(stderr || (originalMessage ?? ""));
  throw new IronicImagesError("no-ids", `stack ${stack} does not say what it publishes`, said);
}
