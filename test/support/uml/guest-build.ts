// Runs in the guest: node guest-build.ts PROJECT-DIRECTORY EXCHANGE. Builds exchange/job.json with this program's own executor.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactPath } from "../../../core/artifacts/names.ts";
import type { BuildJob } from "../../../core/build/job.ts";
import { localExecutor } from "../../../core/build/local-executor.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { exchangeFiles, type GuestResult } from "./exchange.ts";

const [projectDirectory, exchange] = process.argv.slice(2);
if (projectDirectory === undefined || exchange === undefined)
  throw new Error("usage: guest-build.ts PROJECT-DIRECTORY EXCHANGE");
const files = exchangeFiles(exchange);

let logPath: string | undefined;
let result: GuestResult;
try {
  const job = JSON.parse(await readFile(files.job, "utf8")) as BuildJob;
  await mkdir(projectDirectory);
  await cp(files.elements, join(projectDirectory, "elements"), { recursive: true, verbatimSymlinks: true });
  const build = await localExecutor({ projectDirectory, settings: { timeoutMinutes: 240 } }).startOrAttach(job);
  for await (const event of build.events()) {
    if (event.type !== "progress") continue;
    logPath = event.logPath;
    console.log(`${job.name}: ${event.phase}, ${event.elapsedSeconds} s`);
  }
  await build.fetch();
  await cp(join(projectDirectory, artifactPath(job.name, job.fingerprint)), files.artifact, { recursive: true });
  result = { ok: true };
} catch (error) {
  result =
    error instanceof IronicImagesError
      ? { ok: false, code: error.code, summary: error.summary, details: error.details }
      : {
          ok: false,
          code: "guest-failed",
          summary: String(error),
          details: error instanceof Error ? (error.stack ?? "") : "",
        };
  if (logPath !== undefined) await cp(logPath, files.log).catch(() => undefined);
}
await writeFile(files.result, JSON.stringify(result));
