import { largestRead, type ByteSource } from "../byte-source.ts";
import type { Qcow2Header } from "./header.ts";
import { compressedRange, entryOffset, l1Entries, readTable } from "./layout.ts";

/** What the tables of a qcow2 file point at. */
export interface ClusterFacts {
  /** Of the guest's disk, incl. compressed ones. */
  readonly clusters: number;
  readonly compressedClusters: number;
  /** References that leave the file: to data, compressed data, tables or reference counts. */
  readonly outside: number;
  /** References that do not point at the beginning of a cluster, which QEMU takes for corruption. */
  readonly misplaced: number;
  /** The compressed cluster whose bytes are last in the file, if they reach into a last sector that is not whole. */
  readonly doubtful?: { readonly offset: number; readonly length: number };
  /** The second tables lie in so many places that they were not followed: what is said of clusters is not all then. */
  readonly scattered?: number;
}

/** Second tables that are less than this apart are read in one go, as far as they are an eighth of what is read. */
const gap = 64 * 1024;
/** Of second tables. In clusters of 4 KiB every 2 MiB of data have one: enough for 128 GiB, and in the usual ones of 64 KiB for 32 TiB. */
const mostReads = 64 * 1024;

/**
 * Follows every reference once. Reads the tables, and no data; work and memory are bounded by the size of the file.
 * @param header one without `layoutProblem` and `readingProblem`
 */
export async function followClusters(source: ByteSource, header: Qcow2Header): Promise<ClusterFacts> {
  const tally = new Tally(source.size, header);
  const l1 = await readTable(source, header.l1Offset, l1Entries(header) * 8);
  const tables = new Set<number>();
  for (let at = 0; at < l1.length; at += 8) {
    const offset = entryOffset(l1.readUInt32BE(at), l1.readUInt32BE(at + 4));
    if (offset !== 0 && tally.holds(offset)) tables.add(offset);
  }
  const cluster = 2 ** header.clusterBits;
  const reads = together([...tables], cluster);
  if (reads.length > mostReads) return { ...tally.facts(), scattered: reads.length };
  for (const { offset, length } of reads) {
    const bytes = await source.read(offset, length);
    for (let at = 0; at < length; at += cluster)
      if (tables.has(offset + at)) tally.countTable(bytes.subarray(at, at + cluster));
  }
  const counts = await readTable(source, header.refcountTableOffset, header.refcountTableClusters * cluster);
  for (let at = 0; at < counts.length; at += 8) {
    const offset = counts.readUInt32BE(at) * 2 ** 32 + ((counts.readUInt32BE(at + 4) & 0xfffffe00) >>> 0);
    if (offset !== 0) tally.holds(offset);
  }
  return tally.facts();
}

class Tally {
  #clusters = 0;
  #compressed = 0;
  #outside = 0;
  #misplaced = 0;
  #last = { offset: 0, length: 0 };
  readonly #size: number;
  readonly #bits: number;

  constructor(size: number, header: Qcow2Header) {
    this.#size = size;
    this.#bits = header.clusterBits;
  }

  /** Whether the file has this whole cluster. */
  holds(offset: number): boolean {
    const cluster = 2 ** this.#bits;
    if (offset % cluster !== 0) this.#misplaced++;
    else if (offset + cluster > this.#size) this.#outside++;
    else return true;
    return false;
  }

  countTable(table: Buffer): void {
    for (let at = 0; at + 8 <= table.length; at += 8) {
      const high = table.readUInt32BE(at);
      const low = table.readUInt32BE(at + 4);
      if (high & 0x40000000) this.#countCompressed(high, low);
      else {
        const offset = entryOffset(high, low);
        if (offset === 0) continue;
        this.#clusters++;
        this.holds(offset);
      }
    }
  }

  #countCompressed(high: number, low: number): void {
    this.#clusters++;
    this.#compressed++;
    const { offset, length } = compressedRange(high, low, this.#bits);
    // QEMU leaves the last sector of a file unfinished if the last compressed cluster ends in it.
    if (offset >= this.#size || offset + length > Math.ceil(this.#size / 512) * 512) this.#outside++;
    else if (offset > this.#last.offset) this.#last = { offset, length };
  }

  facts(): ClusterFacts {
    return {
      clusters: this.#clusters,
      compressedClusters: this.#compressed,
      outside: this.#outside,
      misplaced: this.#misplaced,
      ...(this.#last.offset + this.#last.length > this.#size && { doubtful: this.#last }),
    };
  }
}

/** Reads that cover all these clusters: few and large where the clusters are close to each other. */
function together(offsets: number[], cluster: number): { offset: number; length: number }[] {
  const reads: { offset: number; length: number }[] = [];
  for (const offset of offsets.sort((a, b) => a - b)) {
    const last = reads.at(-1);
    const end = offset + cluster;
    if (last && offset - (last.offset + last.length) < Math.min(gap, 7 * cluster) && end - last.offset <= largestRead)
      last.length = end - last.offset;
    else reads.push({ offset, length: cluster });
  }
  return reads;
}
