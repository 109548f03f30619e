import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa, ExecaError } from "execa";
import tmp from "tmp";
import { lstatIfExists, syncToDisk } from "../artifacts/regular-file.ts";
import { IronicImagesError } from "../errors.ts";
import type { StagedPair } from "./place-pair.ts";
import { extractArguments, listArguments, pairInListing, type PairMember } from "./tar-listing.ts";

/** A tarball that has the digest of its pin. */
export interface UnpackRequest {
  /** Absolute path. */
  readonly tarball: string;
  /** Absolute; a directory of its own is made here, and gone afterwards. */
  readonly scratch: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks kernel and initramfs, hands them on, and removes what is left of them.
 * @throws IronicImagesError `deploy-image-refused`, `host-tool-missing`, and what `use` throws
 */
export async function unpackPair(request: UnpackRequest, use: (pair: StagedPair) => Promise<void>): Promise<void> {
  const { tarball, scratch, signal } = request;
  const pair = pairInListing(await tar(listArguments(tarball), tarball, signal));
  if ("problem" in pair) throw refused(tarball, pair.problem);
  const { name: directory } = tmp.dirSync({ tmpdir: scratch, prefix: ".unpack" });
  try {
    const names = [pair.kernel.name, pair.initramfs.name];
    await tar(extractArguments(tarball, directory, names), tarball, signal);
    await use({
      kernel: await unpacked(tarball, directory, pair.kernel),
      initramfs: await unpacked(tarball, directory, pair.initramfs),
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function unpacked(tarball: string, directory: string, member: PairMember): Promise<string> {
  const path = join(directory, member.name);
  const stats = await lstatIfExists(path);
  if (stats?.isFile() !== true || stats.size !== BigInt(member.size) || member.size === 0)
    throw refused(tarball, `gives a ${basename(path)} that is no file of ${member.size} bytes`);
  await syncToDisk(path);
  return path;
}

async function tar(args: readonly string[], tarball: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const { stdout } = await execa("tar", args, {
      stdin: "ignore",
      // TAR_OPTIONS of the operator could change what is unpacked.
      env: { LC_ALL: "C", TAR_OPTIONS: undefined },
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    return stdout;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT") {
      throw new IronicImagesError("host-tool-missing", "tar is not on this machine; install it (Debian: tar)", "", {
        cause: error,
      });
    }
    throw refused(tarball, "cannot be unpacked", String(error.stderr));
  }
}

function refused(tarball: string, why: string, details = ""): IronicImagesError {
  return new IronicImagesError(
    "deploy-image-refused",
    `The tarball that tarballSha256 pins (${basename(tarball)}) ${why}; it should hold one *.kernel and one *.initramfs`,
    details,
  );
}
