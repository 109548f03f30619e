import { createHash, getFips } from "node:crypto";
import { resolve } from "node:path";
import { execa, ExecaError } from "execa";
import { z } from "zod";
import { IronicImagesError } from "../errors.ts";
import { openRegularFile } from "./regular-file.ts";
import type { ArtifactFile } from "./record.ts";

/** Bytes read at a time. */
const chunkSize = 1024 * 1024;

/**
 * Reads a file once and says what it is.
 * @param format what the file is declared to be; a qcow2 that is none, or that needs another file, is refused
 * @throws IronicImagesError `artifact-file-refused`, `image-refused`, `host-tool-missing`
 */
export async function describeFile(path: string, format: ArtifactFile["format"]): Promise<Omit<ArtifactFile, "name">> {
  const digests = await hashFile(path, getFips() === 0);
  const virtualSize = format === "qcow2" ? await qcow2VirtualSize(path) : digests.size;
  return { ...digests, format, virtualSize };
}

/** Size in bytes and digests (hex) of a regular file. */
export interface FileDigests {
  readonly size: number;
  readonly sha256: string;
  readonly sha512: string;
  readonly md5?: string;
}

/** @param withMd5 for a Glance that knows nothing better; Node refuses md5 where the machine is in FIPS mode */
export async function hashFile(path: string, withMd5 = false): Promise<FileDigests> {
  const handle = await openRegularFile(path);
  const sha256 = createHash("sha256");
  const sha512 = createHash("sha512");
  const md5 = withMd5 ? createHash("md5") : undefined;
  let size = 0;
  try {
    for await (const chunk of handle.createReadStream({
      highWaterMark: chunkSize,
      autoClose: false,
    }) as AsyncIterable<Buffer>) {
      sha256.update(chunk);
      sha512.update(chunk);
      md5?.update(chunk);
      size += chunk.length;
    }
  } finally {
    await handle.close();
  }
  const digests = { size, sha256: sha256.digest("hex"), sha512: sha512.digest("hex") };
  return md5 === undefined ? digests : { ...digests, md5: md5.digest("hex") };
}

const qemuImgInfo = z.object({
  "virtual-size": z.number(),
  "backing-filename": z.string().optional(),
  "format-specific": z.object({ data: z.object({ "data-file": z.string().optional() }) }).optional(),
});

/** Bytes that a guest sees of a qcow2 image. The format is given, never probed: a probed raw image can pose as anything. */
async function qcow2VirtualSize(path: string): Promise<number> {
  // An absolute path: qemu-img takes `word:rest` for a protocol.
  const { stdout } = await execa("qemu-img", ["info", "--output=json", "-f", "qcow2", resolve(path)], {
    env: { LC_ALL: "C" },
  }).catch((error: unknown) => {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT") {
      throw new IronicImagesError(
        "host-tool-missing",
        "qemu-img is not on this machine; install it (Debian: qemu-utils)",
        "",
        { cause: error },
      );
    }
    throw refused(
      path,
      "is no readable qcow2 image, which its recipe declares; correct diskFormat or build again",
      String(error.stderr),
    );
  });
  const info = qemuImgInfo.parse(JSON.parse(stdout));
  const other = info["backing-filename"] ?? info["format-specific"]?.data["data-file"];
  if (other !== undefined)
    throw refused(
      path,
      `needs another file (${other}), which Glance and Ironic refuse; flatten it with qemu-img convert`,
    );
  return info["virtual-size"];
}

function refused(path: string, why: string, details = ""): IronicImagesError {
  return new IronicImagesError("image-refused", `${path} ${why}`, details);
}
