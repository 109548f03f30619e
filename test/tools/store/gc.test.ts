import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { openStore } from "../../../core/artifacts/store.ts";
import { noteUser, storeUsers } from "../../../core/artifacts/users.ts";
import { collectGarbage, lookAtStore } from "../../../tools/store/gc.ts";
import type { GcOptions } from "../../../tools/store/options.ts";
import { partitionFiles, stage, unpublished } from "../../core/artifacts/samples.ts";
import { projectDirectory, storeClient, wrongIn } from "../../core/artifacts/support.ts";

const options: GcOptions = { stacks: [], stateFiles: [], without: [], keepDays: 0, yes: true, dryRun: false };
const [one, two, three] = ["a1", "b2", "c3"].map((digits) => digits.repeat(32)) as [string, string, string];

/** A Pulumi project with stacks in a backend of its own, whose states name these fingerprints, and a store with three artifacts. */
async function projectWithStacks(t: TestContext, stacks: Readonly<Record<string, string>>) {
  const directory = projectDirectory(t);
  const project = join(directory, "project");
  const state = join(directory, "state");
  mkdirSync(project);
  mkdirSync(state);
  writeFileSync(join(project, "Pulumi.yaml"), "name: ironic-images\nruntime: nodejs\n");
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "x",
    PULUMI_STACK: "",
  };
  const pulumi = (...args: string[]) => execa("pulumi", [...args, "--non-interactive"], { cwd: project, env });
  const write = async (stack: string, fingerprint: string) => {
    const file = join(directory, `${stack}.json`);
    writeFileSync(file, exportOf(stack, fingerprint));
    await pulumi("stack", "import", "--stack", stack, "--file", file, "--force");
  };
  for (const [stack, fingerprint] of Object.entries(stacks)) {
    await pulumi("stack", "init", stack);
    await write(stack, fingerprint);
  }
  const store = openStore(project);
  for (const fingerprint of [one, two, three])
    await store.publish(stage(project, partitionFiles(fingerprint)), unpublished({ fingerprint }));
  const said: string[] = [];
  const backends = [{ directory: project, env }];
  const context = { project, backends, say: (text: string) => void said.push(text), confirm: async () => false };
  return {
    ...{ directory, project, said, write, context, backends, env },
    present: () =>
      [one, two, three].filter((fingerprint) => existsSync(store.directory({ name: "my-image", fingerprint }))),
    async gc(given: Partial<GcOptions> = {}) {
      const all = { ...options, ...given };
      return collectGarbage(context, all, await lookAtStore(context, all));
    },
  };
}

function exportOf(stack: string, fingerprint: string): string {
  const urn = `urn:pulumi:${stack}::ironic-images::pulumi:pulumi:Stack::ironic-images-${stack}`;
  const resource = { urn, type: "pulumi:pulumi:Stack", custom: false, inputs: { fingerprint } };
  const manifest = { time: "2025-01-01T00:00:00Z", magic: "", version: "" };
  return JSON.stringify({ version: 3, deployment: { manifest, resources: [resource] } });
}

test("two stacks share one store: what either of them needs stays, what neither needs goes", async (t) => {
  const { context, present, project, said } = await projectWithStacks(t, { prod: one, local: two });
  await noteUser(project, "prod");
  await noteUser(project, "local");
  const look = await lookAtStore(context, options);
  for (const spared of [{ dryRun: true }, { yes: false }]) {
    assert.equal(await collectGarbage(context, { ...options, ...spared }, look), 0, "who is asked says no");
    assert.deepEqual(present(), [one, two, three]);
  }
  assert.equal(await collectGarbage(context, options, look), 0);
  assert.deepEqual(present(), [one, two]);
  assert.match(said.join("\n"), /my-image-c3c3c3c3c3c3: removed \(1 MiB\)/);
  assert.deepEqual(await wrongIn(project), []);
});

test("as long as the state of a stack that has used the store is not known, nothing goes; a file or a word tells", async (t) => {
  const { gc, present, project, directory, context } = await projectWithStacks(t, { local: two });
  await noteUser(project, "local");
  await noteUser(project, "prod");
  await gc();
  assert.deepEqual(present(), [one, two, three]);
  const { unknown, entries } = await lookAtStore(context, options);
  assert.deepEqual(unknown, ["stack prod"]);
  assert.match(entries[0]?.reason ?? "", /perhaps needed by stack prod/);

  const file = join(directory, "prod.json");
  writeFileSync(file, exportOf("prod", one));
  await gc({ stateFiles: [file] });
  assert.deepEqual(present(), [one, two]);

  await gc({ without: ["prod"] });
  assert.deepEqual(present(), [two]);
  assert.deepEqual(
    (await storeUsers(project)).map(({ stack }) => stack),
    ["local"],
    "it is forgotten",
  );
});

test("a stack of the same name that another clone keeps elsewhere is not taken for the one here", async (t) => {
  const { gc, present, project, directory } = await projectWithStacks(t, { local: two });
  const clone = join(directory, "clone");
  mkdirSync(join(clone, ".images"), { recursive: true });
  renameSync(join(project, ".images/artifacts"), join(directory, "shared"));
  for (const place of [project, clone]) {
    await execa("ln", ["-s", join(directory, "shared"), join(place, ".images/artifacts")]);
    await noteUser(place, "local");
  }
  await gc();
  assert.deepEqual(present(), [one, two, three]);
  const file = join(directory, "clone.json");
  writeFileSync(file, exportOf("local", one));
  await gc({ stateFiles: [file] });
  assert.deepEqual(present(), [one, two]);
});

test("without Pulumi, or without its backend, nothing goes, and it is said why", async (t) => {
  const { context, present, env, project } = await projectWithStacks(t, {});
  for (const broken of [
    { ...env, PATH: "/nowhere" },
    { ...env, PULUMI_BACKEND_URL: "file:///nowhere" },
  ]) {
    const look = await lookAtStore({ ...context, backends: [{ directory: project, env: broken }] }, options);
    assert.deepEqual([...new Set(look.entries.map(({ action }) => action))], ["keep"]);
    assert.match(look.failures[0]?.why ?? "", /pulumi stack ls --json/);
  }
  assert.equal(present().length, 3);
});

test("fault 35: what an update uses stays beside a removal, and what is needed since the question too", async (t) => {
  const { gc, context, present, project, write, said } = await projectWithStacks(t, { local: two });
  // The client looks for the first artifact, as an update does before it uploads.
  const user = execa(process.execPath, [storeClient, project, "use", "local"], { reject: false });
  try {
    await once(user.stdout, "data");
    const before = await lookAtStore(context, options);
    await write("local", three);
    assert.equal(await collectGarbage(context, options, before), 1);
    assert.deepEqual(present(), [one, two, three], "of two nobody was asked");
    assert.match(said.join("\n"), /my-image-a1a1a1a1a1a1: kept, because a process uses it/);
    assert.match(said.join("\n"), /my-image-c3c3c3c3c3c3: kept, because it is needed by now/);
  } finally {
    user.kill("SIGKILL");
    await user;
  }
  assert.equal(await gc(), 0);
  assert.deepEqual(present(), [three]);
});

test("what copies and removals left that were killed goes, and what was set aside", async (t) => {
  const { gc, project } = await projectWithStacks(t, {});
  const artifacts = join(project, ".images/artifacts");
  const [entry] = [`my-image-${one.slice(0, 12)}`];
  cpSync(join(artifacts, entry), join(artifacts, ".incoming-1"), { recursive: true });
  renameSync(join(artifacts, entry), join(artifacts, `${entry}.bad-1`));
  await gc();
  assert.ok(existsSync(join(artifacts, ".incoming-1")), "it may be at it");
  assert.equal(existsSync(join(artifacts, `${entry}.bad-1`)), false);
});
