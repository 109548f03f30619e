import { IronicImagesError } from "../../errors.ts";
import { readableLength, type ByteSource } from "../byte-source.ts";
import { decompressCluster } from "./decompress.ts";
import type { Qcow2Header } from "./header.ts";
import { compressedRange, entryOffset, l1Entries, layoutProblem, readingProblem, readTable } from "./layout.ts";

/** Bytes of tables, and of unpacked clusters, that are kept: neighbours are read again and again. */
const kept = 8 * 2 ** 20;

/**
 * The disk that a guest sees of a qcow2 file, read through its mapping, compressed clusters included.
 * Reading rejects with `image-refused` where the bytes of a cluster are not there or do not unpack.
 * @throws IronicImagesError `image-refused` for a file whose tables cannot be followed, or that needs another file or a key
 */
export async function guestSource(source: ByteSource, header: Qcow2Header): Promise<ByteSource> {
  const problem = readingProblem(header) ?? layoutProblem(header, source.size);
  if (problem !== undefined) throw unreadable(problem);
  const l1 = await readTable(source, header.l1Offset, l1Entries(header) * 8);
  return new GuestDisk(source, header, l1);
}

class GuestDisk implements ByteSource {
  readonly size: number;
  readonly #file: ByteSource;
  readonly #header: Qcow2Header;
  readonly #cluster: number;
  readonly #l1: Buffer;
  readonly #tables: Kept;
  readonly #unpacked: Kept;

  constructor(file: ByteSource, header: Qcow2Header, l1: Buffer) {
    this.size = header.virtualSize;
    this.#file = file;
    this.#header = header;
    this.#cluster = 2 ** header.clusterBits;
    this.#l1 = l1;
    this.#tables = new Kept(kept);
    this.#unpacked = new Kept(kept);
  }

  get bytesRead(): number {
    return this.#file.bytesRead;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(readableLength(this.size, offset, length));
    for (let done = 0; done < bytes.length;) {
      const at = offset + done;
      const within = at % this.#cluster;
      const part = Math.min(this.#cluster - within, bytes.length - done);
      await this.#fill(bytes.subarray(done, done + part), at - within, within);
      done += part;
    }
    return bytes;
  }

  /** Fills a buffer of zeros from inside one cluster of the guest. */
  async #fill(into: Buffer, clusterStart: number, within: number): Promise<void> {
    const { high, low } = await this.#entry(clusterStart / this.#cluster);
    if (high & 0x40000000) {
      const { offset, length } = compressedRange(high, low, this.#header.clusterBits);
      const cluster = await this.#unpacked.get(offset, () => this.#unpack(offset, length));
      cluster.copy(into, 0, within);
      return;
    }
    const offset = entryOffset(high, low);
    // Bit 0: the cluster reads as zeros, whatever is there.
    if (offset === 0 || low & 1) return;
    await this.#readWhole(into, offset + within);
  }

  /** The entry of the second table for a cluster of the guest; zeros for one that was never written. */
  async #entry(index: number): Promise<{ high: number; low: number }> {
    const entries = this.#cluster / 8;
    const first = Math.floor(index / entries) * 8;
    const table = entryOffset(this.#l1.readUInt32BE(first), this.#l1.readUInt32BE(first + 4));
    if (table === 0) return { high: 0, low: 0 };
    const bytes = await this.#tables.get(table, async () => {
      const whole = Buffer.alloc(this.#cluster);
      await this.#readWhole(whole, table);
      return whole;
    });
    const at = (index % entries) * 8;
    return { high: bytes.readUInt32BE(at), low: bytes.readUInt32BE(at + 4) };
  }

  async #readWhole(into: Buffer, offset: number): Promise<void> {
    const bytes = offset < this.#file.size ? await this.#file.read(offset, into.length) : Buffer.alloc(0);
    if (bytes.length < into.length) throw unreadable("a cluster is not inside the file");
    bytes.copy(into);
  }

  async #unpack(offset: number, length: number): Promise<Buffer> {
    const packed = offset < this.#file.size ? await this.#file.read(offset, length) : Buffer.alloc(0);
    const cluster = decompressCluster(packed, this.#header.compressionType, this.#cluster);
    if (cluster === undefined) throw unreadable(`the compressed cluster at byte ${offset} does not unpack`);
    return cluster;
  }
}

/** Buffers by their offset in the file, the oldest forgotten first. */
class Kept {
  readonly #limit: number;
  readonly #buffers = new Map<number, Buffer>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async get(offset: number, make: () => Promise<Buffer>): Promise<Buffer> {
    const found = this.#buffers.get(offset);
    if (found) return found;
    const made = await make();
    // Two reads at once may both have made it.
    if (this.#buffers.has(offset)) return made;
    this.#buffers.set(offset, made);
    this.#bytes += made.length;
    for (const [oldest, buffer] of this.#buffers) {
      if (this.#bytes <= this.#limit) break;
      this.#buffers.delete(oldest);
      this.#bytes -= buffer.length;
    }
    return made;
  }
}

function unreadable(why: string): IronicImagesError {
  return new IronicImagesError(
    "image-refused",
    `the disk inside the qcow2 file cannot be read: ${why}; build it again`,
  );
}
