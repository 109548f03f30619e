import { join } from "node:path";
import { artifactFileNames } from "../../artifacts/names.ts";
import { listTree, openRegularFile } from "../../artifacts/regular-file.ts";
import { unpackWithTool } from "../../artifacts/unpack-tool.ts";
import { IronicImagesError } from "../../errors.ts";
import { fileSource, type ByteSource } from "../../inspect/byte-source.ts";
import { openDisk } from "../../inspect/disk-image.ts";
import { readInitramfs } from "../../inspect/initramfs/initramfs.ts";
import type { Secrets } from "../executor.ts";
import type { BuilderJob } from "../job.ts";
import { SecretSearch, searchSource, type FoundSecret } from "./secret-search.ts";

/**
 * Searches all that is about to be published: the bytes of the disk, deleted files included, what kernel and ramdisk hold, packed or not, the
 * manifests and the log. Our last hook has looked at the image's files before, and could name them; files that are meant to hold a secret are
 * its alone to judge, so an image with such is not searched again.
 * @param staging holds the files under the names of `artifactFileNames`
 * @throws IronicImagesError `secret-in-artifact`, with names of secrets only
 */
export async function refuseSecrets(staging: string, { name, inputs }: BuilderJob, secrets: Secrets): Promise<void> {
  if (Object.keys(secrets).length === 0) return;
  const { image, ramdisk } = artifactFileNames(name, inputs);
  const judged = inputs.secretFiles === undefined ? undefined : (image ?? ramdisk);
  const left: string[] = [];
  for (const file of (await listTree(staging)).files) {
    if (file === judged) continue;
    const found = await searchFile(
      join(staging, file),
      file === image ? "disk" : file === ramdisk ? "ramdisk" : "plain",
      secrets,
    );
    left.push(
      ...found.map(
        (each) => `${file} (${each.name}, at byte ${each.offset} ${places[file === image ? "disk" : "file"]})`,
      ),
    );
  }
  if (left.length === 0) return;
  throw new IronicImagesError(
    "secret-in-artifact",
    `${name} was not published, because it holds secrets: ${left.join(", ")}; change the element that leaves them there`,
  );
}

const places = { disk: "of its disk, where no file has it: it was deleted there", file: "of its content" } as const;

type Kind = "disk" | "ramdisk" | "plain";

async function searchFile(path: string, kind: Kind, secrets: Secrets): Promise<FoundSecret[]> {
  const handle = await openRegularFile(path);
  try {
    const source = await fileSource(handle);
    if (kind === "disk") return await searchSource(await openDisk(source), secrets);
    const plain = await searchSource(source, secrets);
    return kind === "ramdisk" && plain.length === 0 ? await searchUnpacked(source, secrets) : plain;
  } finally {
    await handle.close();
  }
}

/** One that does not unpack is refused when it is published. */
async function searchUnpacked(source: ByteSource, secrets: Secrets): Promise<FoundSecret[]> {
  const search = new SecretSearch(secrets);
  await readInitramfs(source, unpackWithTool, undefined, (chunk) => search.push(chunk));
  return search.found;
}
