import { open } from "node:fs/promises";
import { fileSource } from "../../core/inspect/byte-source.ts";
import { partitionTypes } from "../../core/inspect/disk/gpt.ts";
import { readPartitionTable } from "../../core/inspect/disk/partition-table.ts";
import type { NodeFirmware } from "./new-node.ts";

/** UEFI specification 2.10, section 5.2.2: an EFI system partition in an MBR. */
const mbrEfiSystem = "EF";

/**
 * What boots a disk: UEFI if it has an EFI system partition, else BIOS, which is also what the agent makes a partition image bootable for.
 *
 * @param path of a raw image
 */
export async function imageFirmware(path: string): Promise<NodeFirmware> {
  const file = await open(path);
  try {
    const { partitions } = await readPartitionTable(await fileSource(file));
    const isEfi = partitions.some(({ type }) => type === partitionTypes.efiSystem || type === mbrEfiSystem);
    return isEfi ? "uefi" : "bios";
  } finally {
    await file.close();
  }
}
