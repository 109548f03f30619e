import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";
import { glanceFault, isWithoutRecord } from "../core/openstack/fault.ts";
import { glanceInventory } from "../core/openstack/glance-inventory.ts";
import { recordsOf, removeLeftovers, type UploadedAs } from "../core/openstack/leftovers.ts";
import { forgetRunningUpload, noteRunningUpload } from "./killed-uploads.ts";
import { openSession } from "./open-session.ts";

// Seconds before the second and the third attempt.
const pauses = [2, 8];

type Inputs = Readonly<Record<string, unknown>> | undefined;

/** Ids of the images that there were before an upload, and what tells the upload's own. */
export interface RecordsBefore {
  readonly upload: UploadedAs;
  readonly ids: ReadonlySet<string>;
}

/** For `openstack.images.Image`: what its hooks do, and hooks. */
export interface UploadRecovery {
  /** What is in Glance and could be taken for what an upload of these inputs leaves; undefined if Glance cannot be asked. */
  look(inputs: Inputs): Promise<RecordsBefore | undefined>;
  /** From here on the upload may be killed, or fail. */
  begin(urn: string, before: RecordsBefore | undefined): Promise<void>;
  readonly afterCreate: pulumi.ResourceHook;
  readonly onError: pulumi.ErrorHook;
}

/**
 * Repeats what failed for a passing reason, and says what to do where repeating is no help.
 *
 * Nothing of an upload is repeated once its record is in Glance: the engine would forget that record, and keep the error with the
 * image that the next attempt makes, so that the next `up` replaces a good image. It replaces the failed one in that `up` instead.
 * Of a record whose creation was not answered the engine knows nothing, so it is deleted here.
 */
function makeUploadRecovery(): UploadRecovery {
  // By URN: records that were there before the first attempt; undefined if Glance could not be asked.
  const before = new Map<string, ReadonlySet<string> | undefined>();
  return {
    look: (inputs) => recordsBefore(inputs).catch(() => undefined),
    async begin(urn, found) {
      before.set(urn, found?.ids);
      if (found !== undefined) await noteRunningUpload(urn, found.upload, found.ids);
    },
    // Not when it fails: what the engine knows of a failed upload is known to the next `up` alone.
    afterCreate: new pulumi.ResourceHook("after-upload", ({ urn }) => forgetRunningUpload(urn)),
    onError: new pulumi.ErrorHook("upload-failed", async (failure) => {
      const message = failure.errors[0] ?? "";
      if (failure.failedOperation !== "create") return await isWorthRepeating(failure);
      if (!isWithoutRecord(message)) return await say(failure);
      const repeats = await isWorthRepeating(failure);
      if (glanceFault(message).kind !== "transient") return false;
      return (await cleanUp(failure, before.get(failure.urn))) && repeats;
    }),
  };
}

/** Repeats a publication that failed for a passing reason: to publish twice is to publish once. */
function makePublicationRecovery(): pulumi.ErrorHook {
  return new pulumi.ErrorHook("publication-failed", isWorthRepeating);
}

// The engine is told of each hook by itself, and each says whom it is called for: one set does for all images.
export const uploadRecovery = once(makeUploadRecovery);
export const publicationRecovery = once(makePublicationRecovery);

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

async function isWorthRepeating(failure: pulumi.ErrorHookArgs): Promise<boolean> {
  const pause = pauses[failure.errors.length - 1];
  if (glanceFault(failure.errors[0] ?? "").kind !== "transient" || pause === undefined) return await say(failure);
  await sleep(pause * 1000);
  return true;
}

async function say({ name, errors }: pulumi.ErrorHookArgs): Promise<false> {
  const { advice } = glanceFault(errors[0] ?? "");
  if (advice !== "") await pulumi.log.warn(`${name}: ${advice}`);
  return false;
}

async function cleanUp({ name, newInputs }: pulumi.ErrorHookArgs, before?: ReadonlySet<string>): Promise<boolean> {
  try {
    if (before === undefined) throw new Error("Glance could not be asked before the upload");
    const { inventory, upload } = await uploadIn(newInputs);
    await removeLeftovers(inventory, upload, before);
    return true;
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    await pulumi.log.warn(
      `${name}: Glance may hold an image without data: ${why}; npm run prune removes it after an hour`,
    );
    return false;
  }
}

async function recordsBefore(inputs: Inputs): Promise<RecordsBefore> {
  const { inventory, upload } = await uploadIn(inputs);
  return { upload, ids: new Set((await recordsOf(inventory, upload)).map(({ id }) => id)) };
}

async function uploadIn(inputs: Inputs) {
  const session = await openSession();
  return { inventory: glanceInventory(session), upload: uploadedAs(session.projectId, inputs) };
}

// What tells the records of one `images.Image`, from its inputs as the engine has them.
function uploadedAs(projectId: string, inputs: Inputs = {}): UploadedAs {
  const all = Object.entries((inputs["properties"] ?? {}) as Readonly<Record<string, unknown>>);
  const origin = all.filter(([key, value]) => key.startsWith("ironic_images_") && typeof value === "string");
  if (origin.length === 0) throw new Error("the image says nothing of its origin");
  return {
    projectId,
    name: String(inputs["name"]),
    containerFormat: String(inputs["containerFormat"]),
    properties: Object.fromEntries(origin) as Record<string, string>,
  };
}
