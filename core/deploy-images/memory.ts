import type { ArtifactFile } from "../artifacts/record.ts";
import { IronicImagesError } from "../errors.ts";

/** What a ramdisk takes of a node's memory while it unpacks, MiB, rounded up. What the agent needs to work comes on top. */
export interface RamdiskMemory {
  readonly packedMiB: number;
  readonly unpackedMiB: number;
  /** Both together: the kernel holds the packed ramdisk until it is unpacked (init/initramfs.c, do_populate_rootfs). */
  readonly neededMiB: number;
  /** What the stack says of its smallest node. */
  readonly minimumNodeMemoryMiB?: number;
}

/** @param ramdisk size and, as `virtualSize`, unpacked size in bytes */
export function ramdiskMemory(
  ramdisk: Pick<ArtifactFile, "size" | "virtualSize">,
  minimumNodeMemoryMiB?: number,
): RamdiskMemory {
  const [packedMiB, unpackedMiB] = [mebibytes(ramdisk.size), mebibytes(ramdisk.virtualSize)];
  const need = { packedMiB, unpackedMiB, neededMiB: packedMiB + unpackedMiB };
  return minimumNodeMemoryMiB === undefined ? need : { ...need, minimumNodeMemoryMiB };
}

/**
 * Refuses a ramdisk that the smallest node cannot unpack.
 * @param key of the entry in `ironic-images:deployImages`
 * @throws IronicImagesError `ramdisk-too-big`
 */
export function requireFits(key: string, memory: RamdiskMemory): void {
  const { packedMiB, unpackedMiB, neededMiB, minimumNodeMemoryMiB } = memory;
  if (minimumNodeMemoryMiB === undefined || neededMiB <= minimumNodeMemoryMiB) return;
  throw new IronicImagesError(
    "ramdisk-too-big",
    `deployImages.${key}: the ramdisk takes ${neededMiB} MiB while it unpacks (${packedMiB} MiB packed, ${unpackedMiB} MiB unpacked), and the smallest node has ${minimumNodeMemoryMiB} MiB; nothing was registered. Take packages or firmware out of it, or raise minimumNodeMemoryMiB if all nodes have more`,
  );
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
