import { rmSync } from "node:fs";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa, type Options } from "execa";
import tmp from "tmp";
import { openStore, type ArtifactStore } from "../../../core/artifacts/store.ts";
import { verifyStore } from "../../../core/artifacts/examine.ts";
import type { ArtifactRecord } from "../../../core/artifacts/record.ts";
import { assertNoResidue } from "../../support/residue.ts";
import { stage, unpublished } from "./samples.ts";

export const storeClient = fileURLToPath(new URL("./store-client.ts", import.meta.url));

/** What the client prints. */
export interface ClientAnswer {
  readonly buildId?: string;
  readonly error?: { readonly code?: string; readonly message: string };
  readonly messages: readonly string[];
}

/** A project with a store that has one artifact. Nothing of it is left after the test. */
export async function storeWithArtifact(t: TestContext): Promise<{
  project: string;
  store: ArtifactStore;
  record: ArtifactRecord;
  directory: string;
  messages: string[];
}> {
  const project = projectDirectory(t);
  const messages: string[] = [];
  const store = openStore(project, { onMessage: (message) => messages.push(message) });
  const record = await store.publish(stage(project), unpublished());
  return { project, store, record, directory: store.directory(record), messages };
}

/** An empty project directory; after the test nothing of the work in it is left. */
export function projectDirectory(t: TestContext): string {
  const { name } = tmp.dirSync({ prefix: "ironic-images-store", keep: true });
  t.after(async () => {
    try {
      await assertNoResidue(name, { live: true });
    } finally {
      rmSync(name, { recursive: true, force: true });
    }
  });
  return name;
}

/**
 * Lets the client do something in a mount namespace of its own, with $1 the project.
 * @param prepare shell commands before it, e.g. mounts; they end with the namespace
 * @param command what starts the client's Node, e.g. `setpriv …`
 */
export async function clientIn(
  prepare: string,
  project: string,
  args: readonly string[],
  options: { readonly command?: readonly string[] } & Pick<Options, "env"> = {},
): Promise<ClientAnswer> {
  const script = `set -e\nproject=$1\nshift\n${prepare}\nexec "$@"`;
  const client = [...(options.command ?? []), process.execPath, storeClient, project, ...args];
  const { stdout } = await execa(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", script, "sh", project, ...client],
    options.env === undefined ? {} : { env: options.env },
  );
  return JSON.parse(stdout) as ClientAnswer;
}

/** What is wrong in a store, but for what was set aside already: nothing, if it is whole. */
export async function wrongIn(project: string): Promise<string[]> {
  const wrong: string[] = [];
  for await (const { entry, is, why } of verifyStore(project))
    if (is !== "set-aside" && why !== undefined) wrong.push(`${entry}: ${why}`);
  return wrong;
}

/** Why this machine has no mount namespaces for tests, or undefined. */
export function cannotMount(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  return process.getuid?.() === 0 ? undefined : "needs root";
}
