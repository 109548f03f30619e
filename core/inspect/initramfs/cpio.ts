import { leadingZeros } from "./zeros.ts";

/** Bytes of an entry's header: magic and 13 fields of 8 hex digits. */
const headerSize = 110;
/** PATH_MAX; what is longer is no name. */
const longestName = 4096;

/**
 * Reads the names in a stream of cpio archives of the new format, one behind the other, with zeros between them
 * (Linux Documentation/driver-api/early-userspace/buffer-format.rst). Holds no more than one name at a time.
 */
export class CpioNames {
  /** Bytes so far that belong to archives, with the zeros behind them. */
  consumed = 0;
  /** Why the stream is not what Linux unpacks; nothing is read after it. */
  broken: string | undefined;
  /** Something else than zeros or a further archive follows: `consumed` is where. */
  ended = false;
  readonly #onName: (name: string) => void;
  #part = Buffer.alloc(0);
  #wanted = headerSize;
  #skip = 0;
  #between = true;
  #begun = false;

  constructor(onName: (name: string) => void) {
    this.#onName = onName;
  }

  /** Takes the next bytes, as far as they belong to archives. */
  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.ended && this.broken === undefined) at += this.#take(chunk.subarray(at));
  }

  /** To be called when there are no more bytes. */
  end(): void {
    if (this.ended || this.broken !== undefined) return;
    if (!this.#begun && this.#part.length === 0) this.ended = true;
    else if (!this.#between || this.#part.length > 0) this.broken = "its archive is cut off";
  }

  /** Takes at least one byte, and says how many. */
  #take(bytes: Buffer): number {
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      this.consumed += skipped;
      return skipped;
    }
    if (this.#between && this.#part.length === 0 && bytes[0] === 0) {
      const zeros = leadingZeros(bytes);
      this.consumed += zeros;
      return zeros;
    }
    const taken = bytes.subarray(0, this.#wanted - this.#part.length);
    this.#part = Buffer.concat([this.#part, taken]);
    this.consumed += taken.length;
    if (!isMagic(this.#part.subarray(0, 6))) this.#somethingElse();
    else if (this.#part.length === headerSize) this.#header();
    else if (this.#part.length === this.#wanted) this.#entry();
    return taken.length;
  }

  #somethingElse(): void {
    this.consumed -= this.#part.length;
    this.#part = Buffer.alloc(0);
    if (this.#between) this.ended = true;
    else this.broken = `at byte ${this.consumed} it holds something else than an archive of files`;
  }

  #field(index: number): number {
    const digits = this.#part.toString("latin1", 6 + index * 8, 14 + index * 8);
    return /^[0-9a-fA-F]{8}$/.test(digits) ? Number.parseInt(digits, 16) : NaN;
  }

  #header(): void {
    const [dataSize, nameSize] = [this.#field(6), this.#field(11)];
    if (nameSize > 0 && nameSize <= longestName && dataSize >= 0) this.#wanted = headerSize + nameSize;
    else this.broken = `the header that ends at byte ${this.consumed} of its archive is wrong`;
  }

  #entry(): void {
    const name = this.#part.toString("latin1", headerSize, this.#wanted - 1);
    const dataSize = this.#field(6);
    this.#skip = padding(this.#wanted) + dataSize + padding(dataSize);
    this.#part = Buffer.alloc(0);
    this.#wanted = headerSize;
    this.#begun = true;
    this.#between = name === "TRAILER!!!";
    if (!this.#between) this.#onName(name);
  }
}

function isMagic(start: Buffer): boolean {
  const text = start.toString("latin1");
  return ["070701", "070702"].some((magic) => magic.startsWith(text));
}

/** Bytes up to the next multiple of 4. */
function padding(size: number): number {
  return (4 - (size % 4)) % 4;
}
