import type { ByteSource } from "../byte-source.ts";
import { CpioNames } from "./cpio.ts";
import { partKind, type PartKind } from "./kinds.ts";
import { largestRamdisk, unpackPart, type Unpacker } from "./unpack.ts";
import { streamOf } from "../stream.ts";
import { leadingZeros } from "./zeros.ts";

/** What an initramfs holds. */
export interface InitramfsFacts {
  /** Its parts in their order, e.g. `cpio` (the processor's microcode) and `zstd`. */
  readonly parts: readonly PartKind[];
  /** Bytes that all of it comes to in the node's memory, the unpacked archives with everything between files. */
  readonly unpackedSize: number;
  /** Names of the directories in `lib/modules`, sorted: kernel versions. */
  readonly moduleVersions: readonly string[];
  /** Why Linux could not unpack it. */
  readonly broken?: string;
}

/** No image has modules for more kernels. */
const mostVersions = 32;
/** Nobody puts so many together; a hostile file could take for ever. */
const mostParts = 1000;

/**
 * Unpacks an initramfs once, as Linux does (init/initramfs.c, unpack_to_rootfs): archives one behind the other, bare or packed, with zeros between
 * them. Keeps names of kernel versions only, so memory does not grow with its content.
 * @param most bytes that it may come to, packed or not
 * @param onUnpacked gets what packed parts unpack to
 * @throws IronicImagesError what `unpacker` throws
 */
export async function readInitramfs(
  source: ByteSource,
  unpacker: Unpacker,
  most = largestRamdisk,
  onUnpacked: (chunk: Buffer) => void = () => undefined,
): Promise<InitramfsFacts> {
  const parts: PartKind[] = [];
  const versions = new Set<string>();
  let unpackedSize = 0;
  const tooLarge = `it unpacks to more than ${most} bytes`;
  // The file itself lies in the node's memory too.
  let broken = source.size > most ? `it has more than ${most} bytes` : undefined;
  const onName = (name: string): void => {
    const version = /^(?:\.?\/)?(?:usr\/)?lib\/modules\/([^/]+)\/./.exec(name)?.[1];
    if (version !== undefined && versions.size < mostVersions) versions.add(version);
  };
  for (let offset = 0; broken === undefined && offset < source.size;) {
    const kind = partKind(await source.read(offset, 6));
    if (kind === undefined) broken = `at byte ${offset} it holds neither an archive nor a packed one`;
    else if (parts.length === mostParts) broken = `it has more than ${mostParts} parts`;
    if (kind === undefined || broken !== undefined) break;
    parts.push(kind);
    const names = new CpioNames(onName);
    if (kind === "cpio") {
      offset = await readPlain(source, offset, names);
      unpackedSize += names.consumed;
      broken = unpackedSize > most ? tooLarge : names.broken;
      continue;
    }
    const end = await unpackPart(source, { kind, offset }, unpacker, (chunk) => {
      unpackedSize += chunk.length;
      if (unpackedSize > most) throw new Error(tooLarge);
      names.write(chunk);
      onUnpacked(chunk);
    });
    names.end();
    if (typeof end === "string") broken = end;
    else if (names.ended) broken = "what it unpacks to is no archive of files (cpio, newc)";
    else broken = names.broken;
    if (typeof end === "number") offset = await endOfZeros(source, end);
  }
  const facts = { parts, unpackedSize, moduleVersions: [...versions].sort() };
  return broken === undefined ? facts : { ...facts, broken };
}

/** @returns where the archives end, with the zeros behind them */
async function readPlain(source: ByteSource, start: number, names: CpioNames): Promise<number> {
  for await (const chunk of streamOf(source, start) as AsyncIterable<Buffer>) {
    names.write(chunk);
    if (names.ended || names.broken !== undefined) break;
  }
  names.end();
  return start + names.consumed;
}

async function endOfZeros(source: ByteSource, start: number): Promise<number> {
  for (let at = start; ;) {
    const chunk = await source.read(at, 64 * 1024);
    const zeros = leadingZeros(chunk);
    at += zeros;
    if (zeros < chunk.length || chunk.length === 0) return at;
  }
}
