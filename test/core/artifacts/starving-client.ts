// Publishes into 24 empty projects, DIRECTORY/0 to DIRECTORY/23: starving-client.ts DIRECTORY [starved]
// `starved`: the process has so many descriptors left, and no more, as the project's number says.
import { closeSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "../../../core/artifacts/store.ts";
import { stage, unpublished } from "./samples.ts";

const [, , directory = "", starved] = process.argv;

async function publish(name: string, spare: number | undefined): Promise<string> {
  const project = join(directory, name);
  mkdirSync(project);
  const staging = stage(project);
  const taken = spare === undefined ? [] : takeDescriptors(spare);
  try {
    return (await openStore(project).publish(staging, unpublished())).buildId;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    for (const fd of taken) closeSync(fd);
  }
}

function takeDescriptors(spare: number): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync("/dev/null", "r"));
  } catch {
    for (const fd of taken.splice(0, spare)) closeSync(fd);
  }
  return taken;
}

async function descriptors(): Promise<number> {
  // Those of a child that has just ended are closed a moment later.
  await sleep(200);
  return readdirSync("/proc/self/fd").length;
}

// Node opens what it needs itself only once.
await publish("first", undefined);
const before = await descriptors();
const outcomes: string[] = [];
for (let index = 0; index < 24; index++)
  outcomes.push(await publish(String(index), starved === undefined ? undefined : index));
console.log(JSON.stringify({ outcomes, leaked: (await descriptors()) - before }));
