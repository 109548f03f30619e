import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import tmp from "tmp";
import { IronicImagesError } from "../errors.ts";
import { acquireLock } from "../lock.ts";
import { buildId } from "./build-id.ts";
import { copyTree } from "./copy-tree.ts";
import { damage } from "./damage.ts";
import { describeFile, type FileDigests } from "./describe.ts";
import { inspectArtifact } from "./inspect.ts";
import { artifactFileNames, artifactFileRoles, artifactFormats, incomingPrefix, recordFileName } from "./names.ts";
import { stepDone } from "./publish-steps.ts";
import { setAside, withStoreLock } from "./quarantine.ts";
import type { ArtifactFile, ArtifactFileRole, ArtifactRecord } from "./record.ts";
import { isErrno, listTree, lstatIfExists, syncToDisk } from "./regular-file.ts";
import { replaceFile } from "./replace-file.ts";
import { parseRecord, recordText } from "./schema.ts";
import { lookAt, writeStamp, type Looks } from "./stamp.ts";
import { readRecord, verifyFiles } from "./verify.ts";

/** What the publisher tells of an artifact; the rest of the record comes from the bytes. */
export type UnpublishedRecord = Omit<ArtifactRecord, "files" | "buildId" | "inspection">;

/** What publishing needs of the store: where the artifact goes (absolute), which artifact wins over one that is there already, and whom to tell. */
export interface PublishContext {
  readonly target: string;
  /** True if only the very same build may stay at the target; otherwise any whole one of the same fingerprint does. */
  readonly replaceOtherBuild: boolean;
  say(message: string): void;
}

/** Inspects and describes the files in `staging`, and publishes them. See `ArtifactStore.publish`. */
export async function publishStaging(
  staging: string,
  unpublished: UnpublishedRecord,
  context: PublishContext,
): Promise<ArtifactRecord> {
  const names = artifactFileNames(unpublished.name, unpublished.inputs);
  const looks = await settle(staging, Object.values(names), context);
  const writing = writeBack(staging, Object.values(names));
  const described = await describeAll(staging, unpublished, names).finally(() => writing);
  return moveIntoPlace(staging, { ...unpublished, ...described }, looks, context);
}

/** Has the disk begin while the files are read: the sync that counts comes after them, and then has little left to wait for. Never rejects. */
async function writeBack(staging: string, names: readonly string[]): Promise<void> {
  await Promise.allSettled(names.map((name) => syncToDisk(join(staging, name))));
}

async function describeAll(
  staging: string,
  unpublished: UnpublishedRecord,
  names: ReturnType<typeof artifactFileNames>,
): Promise<Pick<ArtifactRecord, "files" | "buildId" | "inspection">> {
  const inspecting = inspectArtifact(staging, unpublished);
  const describing = digestsOf(staging, names);
  // An image that is refused is so when nothing reads its files any more.
  await Promise.allSettled([inspecting, describing]);
  const { inspection, virtualSizes } = await inspecting;
  const found = await describing;
  const formats = artifactFormats(unpublished.inputs);
  const files: Partial<Record<ArtifactFileRole, ArtifactFile>> = {};
  for (const role of artifactFileRoles) {
    const [name, digests] = [names[role], found[role]];
    if (name === undefined || digests === undefined) continue;
    files[role] = { name, ...digests, format: formats[role], virtualSize: virtualSizes[role] ?? digests.size };
  }
  return { files, buildId: buildId(files), inspection };
}

async function digestsOf(
  staging: string,
  names: ReturnType<typeof artifactFileNames>,
): Promise<Partial<Record<ArtifactFileRole, FileDigests>>> {
  const digests: Partial<Record<ArtifactFileRole, FileDigests>> = {};
  for (const role of artifactFileRoles) {
    const name = names[role];
    if (name !== undefined) digests[role] = await describeFile(join(staging, name));
  }
  return digests;
}

/** Publishes files that somebody else described, if they are as described; what was said of an inspection counts for nothing. The answer is the record that stands in the store afterwards. */
export async function publishVerified(
  staging: string,
  record: ArtifactRecord,
  context: PublishContext,
): Promise<ArtifactRecord> {
  const looks = await settle(staging, fileNames(record), context);
  await verifyFiles(staging, record, "every-digest");
  const { inspection } = await inspectArtifact(staging, record);
  return moveIntoPlace(staging, { ...record, inspection }, looks, context);
}

function fileNames({ files }: ArtifactRecord): string[] {
  return Object.values(files).map((file) => file.name);
}

/**
 * Closes the directory to others until it is published, and gives its files their final mode: a later change of mode would change their ctime.
 * @returns what the files look like before anything reads them
 */
async function settle(staging: string, names: readonly string[], { target }: PublishContext): Promise<Looks> {
  await chmod(staging, 0o700);
  stepDone("closed", target);
  const { files } = await listTree(staging);
  for (const file of files) await chmod(join(staging, file), 0o644);
  stepDone("settled", target);
  return lookAt(staging, names);
}

/** Publishes a settled directory. If the store is in another file system, a copy in there takes its place; its bytes are verified. */
async function moveIntoPlace(
  staging: string,
  record: ArtifactRecord,
  looks: Looks,
  context: PublishContext,
): Promise<ArtifactRecord> {
  stepDone("described", context.target);
  const check = parseRecord(recordText(record));
  if ("why" in check)
    throw new IronicImagesError(
      "artifact-record-wrong",
      `The artifact of ${record.name} in ${staging} cannot be published: ${check.why}`,
    );
  await writeToDisk(staging, record, looks, context);
  const existing = await giveName(staging, record, context).catch(async (error: unknown) => {
    if (isErrno(error, "EXDEV")) return publishCopy(staging, record, context);
    throw error;
  });
  if (existing !== undefined) stepDone("existing-kept", context.target);
  await rm(staging, { recursive: true, force: true });
  return existing ?? record;
}

/** The order matters: every byte is on the disk before the record is, and the record before the name. */
async function writeToDisk(
  staging: string,
  record: ArtifactRecord,
  looks: Looks,
  { target }: PublishContext,
): Promise<void> {
  await writeStamp(staging, record, looks);
  stepDone("stamped", target);
  const { files, directories } = await listTree(staging);
  for (const path of [...files, ...directories.toReversed()]) await syncToDisk(join(staging, path));
  stepDone("synced", target);
  await replaceFile(join(staging, recordFileName), recordText(record), () => stepDone("record-written", target));
  stepDone("record-named", target);
  await chmod(staging, 0o755);
  await syncToDisk(staging);
  stepDone("directory-synced", target);
}

/** Gives the artifact its name, unless one that is to stay has it: that is the answer then. */
async function giveName(
  staging: string,
  record: ArtifactRecord,
  context: PublishContext,
): Promise<ArtifactRecord | undefined> {
  const { target } = context;
  return withStoreLock(target, async () => {
    stepDone("locked", target);
    const whole = await keepIfWhole(record, context);
    if (whole !== undefined) return whole;
    await rename(staging, target);
    stepDone("renamed", target);
    await syncToDisk(dirname(target));
    stepDone("published", target);
    return undefined;
  });
}

async function publishCopy(
  staging: string,
  record: ArtifactRecord,
  context: PublishContext,
): Promise<ArtifactRecord | undefined> {
  const copy = tmp.tmpNameSync({ tmpdir: dirname(context.target), prefix: incomingPrefix });
  await mkdir(copy, { mode: 0o700 });
  const lock = await acquireLock(copy, { wait: true, directory: true });
  try {
    await copyTree(staging, copy);
    const looks = await settle(copy, fileNames(record), context);
    await verifyFiles(copy, record);
    await writeToDisk(copy, record, looks, context);
    return await giveName(copy, record, context);
  } finally {
    await rm(copy, { recursive: true, force: true });
    lock.release();
  }
}

/** The artifact that is at the target already, if it is whole and wanted; anything else there is set aside. */
async function keepIfWhole(
  record: ArtifactRecord,
  { target, replaceOtherBuild, say }: PublishContext,
): Promise<ArtifactRecord | undefined> {
  if ((await lstatIfExists(target)) === undefined) return undefined;
  const found = (await readRecord(target)) ?? { why: `it has no ${recordFileName}` };
  let why: string | undefined;
  if ("why" in found) why = found.why;
  else if (found.record.fingerprint !== record.fingerprint) why = `it has the fingerprint ${found.record.fingerprint}`;
  else if (replaceOtherBuild && found.record.buildId !== record.buildId)
    why = `it has the build id ${found.record.buildId}`;
  else {
    why = await damage(target, found.record, { believeStamp: false, say });
    if (why === undefined) return found.record;
  }
  const aside = await setAside(target);
  stepDone("set-aside", target);
  say(`${target} is not the artifact that is wanted there: ${why}. It was set aside as ${aside}`);
  return undefined;
}
