import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { execa } from "execa";
import { placeLanguageHost } from "../../../tools/pulumi/place-language-host.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const repository = path.resolve(import.meta.dirname, "../../..");

/** The arguments of the process that our launcher becomes, in a project that has these files of ours. */
async function launched(t: TestContext, files: readonly string[]): Promise<string[]> {
  const directory = temporaryDirectory(t);
  const [bin, project] = [path.join(directory, "bin"), path.join(directory, "a project")];
  await placeLanguageHost(bin);
  mkdirSync(path.join(project, "providers"), { recursive: true });
  writeFileSync(path.join(project, "package.json"), '{"type":"module"}');
  symlinkSync(path.join(repository, "node_modules"), path.join(project, "node_modules"));
  for (const file of files) writeFileSync(path.join(project, file), readFileSync(path.join(repository, file)));
  const running = execa(path.join(bin, "pulumi-resource-pulumi-nodejs"), ["127.0.0.1:1"], {
    cwd: project,
    preferLocal: true,
    stderr: "ignore",
    reject: false,
  });
  // The engine reads the port from the first line.
  const line = await new Promise<string>((resolve) =>
    running.stdout.once("data", (data: Buffer) => resolve(String(data))),
  );
  const words = readFileSync(`/proc/${running.pid}/cmdline`, "utf8").split("\0").slice(1, -1);
  running.kill();
  await running;
  assert.match(line, /^\d+\n$/);
  return words;
}

const command = ["node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js", "127.0.0.1:1"];

test("our launcher starts the dynamic provider of this project with a small heap and a lazy SDK", async (t) => {
  assert.deepEqual(await launched(t, ["providers/lazy-sdk.ts"]), [
    "--max-semi-space-size=4",
    "--import",
    "./providers/lazy-sdk.ts",
    ...command,
  ]);
});

test("our launcher starts the dynamic provider of any other project as the SDK's does", async (t) => {
  assert.deepEqual(await launched(t, []), command);
});
