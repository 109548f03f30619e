import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore, type ArtifactStore } from "../../core/artifacts/store.ts";
import { localExecutor } from "../../core/build/local-executor.ts";
import { secretsOf } from "../../core/build/secrets/secrets.ts";
import { IronicImagesError } from "../../core/errors.ts";
import type { FingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { untilCancelled, update } from "../cancellation.ts";
import { keepCompiled } from "../keep-compiled.ts";
import { shrinkWhileWaiting } from "../small-heap.ts";
import { progressPrinter } from "./progress.ts";
import type { RuntimeSettings } from "./settings.ts";

/** An artifact that shall be there. */
export interface WantedArtifact {
  readonly name: string;
  readonly fingerprint: string;
  readonly inputs: FingerprintInputs;
}

/**
 * The artifact's record: of the one in the store, else of one that is made now.
 * @param runtime read only if something has to be made
 * @throws IronicImagesError `build-cancelled` or `cancelled` soon after the update was cancelled, and what goes wrong
 */
export async function ensureArtifact(
  wanted: WantedArtifact,
  projectDirectory: string,
  runtime: () => Promise<RuntimeSettings>,
): Promise<ArtifactRecord> {
  const record = await untilCancelled(
    projectDirectory,
    async (signal) =>
      (await presentArtifact(wanted, projectDirectory)) ??
      (await make(wanted, projectDirectory, await runtime(), signal)),
  );
  for (const warning of record.inspection?.warnings ?? []) console.log(`${wanted.name}: warning: ${warning}`);
  return record;
}

/** What a resource tells of an artifact's files: digests and sizes, by role. */
export function artifactOutputs(record: ArtifactRecord) {
  const files = Object.entries(record.files).map(([role, { name: _name, ...file }]) => [role, file]);
  return { buildId: record.buildId, files: Object.fromEntries(files) };
}

// What its stamp says is enough here: whoever uploads these bytes or boots them hashes them just before (core/artifacts/require-artifact.ts).
async function presentArtifact(
  { name, fingerprint }: WantedArtifact,
  projectDirectory: string,
): Promise<ArtifactRecord | undefined> {
  const store = openStackStore(projectDirectory);
  const record = await store.find(name, fingerprint);
  if (record === undefined) return undefined;
  console.log(`${name}: in the store, built at ${record.builtAt}`);
  return await store.inspected(record).catch((error: unknown) => {
    if (!(error instanceof IronicImagesError) || error.code !== "image-refused") throw error;
    const wayOut = `If the recipe is right by now, remove ${store.directory(record)} to have it made anew.`;
    throw new IronicImagesError(error.code, error.summary, `${error.details}\n${wayOut}`.trim(), { cause: error });
  });
}

async function make(
  { name, fingerprint, inputs }: WantedArtifact,
  projectDirectory: string,
  { build, locations, secrets }: RuntimeSettings,
  signal: AbortSignal,
): Promise<ArtifactRecord> {
  const executor = localExecutor({ projectDirectory, settings: build, update });
  signal.throwIfAborted();
  const running = await executor.startOrAttach(
    { schema: 1, name, fingerprint, inputs, locations },
    secretsOf(inputs, secrets),
  );
  keepCompiled();
  shrinkWhileWaiting({ atOnce: true });
  const cancel = (): void => void running.cancel().catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  const print = progressPrinter(name, (line) => console.log(line));
  for await (const event of running.events()) print(event);
  const record = await running.fetch();
  // From here on `store gc` leaves it to this update.
  await openStackStore(projectDirectory).find(name, fingerprint);
  return record;
}

/** The store as this stack uses it: what it finds stays where it is while this process lives. */
function openStackStore(projectDirectory: string): ArtifactStore {
  return openStore(projectDirectory, {
    onMessage: (message) => console.log(message),
    stack: process.env["PULUMI_NODEJS_STACK"],
  });
}
