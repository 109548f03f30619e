import { IronicImagesError } from "../errors.ts";
import { detectFormats } from "./detect.ts";
import { readPartitionTable } from "./disk/partition-table.ts";
import type { DiskFacts, DiskImageFacts, WantedDiskImage } from "./disk-image-facts.ts";
import { probeFileSystems } from "./filesystem/probe.ts";
import { applyRules, type Finding } from "./finding.ts";
import { partSource, type ByteSource } from "./byte-source.ts";
import { inspectQcow2, type Qcow2Facts } from "./qcow2/facts.ts";
import { guestSource } from "./qcow2/guest.ts";
import { readQcow2Header } from "./qcow2/header.ts";
import { diskImageRules } from "./rules/disk-image.ts";

/** So many partitions are looked into; no image that deploys on a node has more. */
const partitionLimit = 16;

/**
 * Reads the headers of a disk image, and judges them. Reads less than 4 MiB of an image whose tables fit into that.
 * Rejects with what the source itself throws (a file that cannot be read), never because of the bytes in it.
 */
export async function inspectDiskImage(
  source: ByteSource,
  wanted: WantedDiskImage,
): Promise<{ facts: DiskImageFacts; findings: Finding[] }> {
  const { facts, unreadable } = await readFacts(source);
  const found = applyRules(diskImageRules, { wanted, facts });
  // What no rule of its own has found: a cluster that does not unpack, for instance.
  const rest: Finding[] =
    unreadable === undefined || found.some(({ severity }) => severity === "error")
      ? []
      : [{ rule: "disk-readable", severity: "error", message: unreadable }];
  return { facts, findings: [...found, ...rest] };
}

/**
 * The disk that a node will have: of a qcow2 file what its guest sees, of anything else the file.
 * @throws IronicImagesError `image-refused` for a qcow2 file that cannot be read
 */
export async function openDisk(source: ByteSource): Promise<ByteSource> {
  const header = await readQcow2Header(source);
  return header === undefined ? source : await guestSource(source, header);
}

async function readFacts(source: ByteSource): Promise<{ facts: DiskImageFacts; unreadable?: string }> {
  const formats = await detectFormats(source);
  const qcow2 = formats.includes("qcow2") ? await inspectQcow2(source) : undefined;
  const facts = {
    fileSize: source.size,
    formats,
    virtualSize: qcow2 ? (qcow2.header?.virtualSize ?? 0) : source.size,
    ...(qcow2 && { qcow2 }),
  };
  const foreign = formats.some((format) => !["qcow2", "mbr", "gpt", "luks"].includes(format));
  if (foreign || formats.length > 1 || (qcow2 && !isWhole(qcow2))) return { facts };
  try {
    return { facts: { ...facts, disk: await readDisk(await openDisk(source)) } };
  } catch (error) {
    if (error instanceof IronicImagesError && error.code === "image-refused")
      return { facts, unreadable: error.summary };
    throw error;
  }
}

/** Nothing is concluded from the disk in a damaged file. */
function isWhole({ clusters }: Qcow2Facts): boolean {
  return (
    clusters !== undefined && clusters.outside === 0 && clusters.misplaced === 0 && clusters.scattered === undefined
  );
}

async function readDisk(disk: ByteSource): Promise<DiskFacts> {
  const table = await readPartitionTable(disk);
  const partitions = [];
  for (const partition of table.partitions.slice(0, partitionLimit)) {
    const part = partSource(disk, partition.start, partition.size);
    partitions.push({ ...partition, fileSystems: await probeFileSystems(part) });
  }
  return { table, fileSystems: await probeFileSystems(disk), partitions };
}
