import { createHash } from "node:crypto";
import { once } from "node:events";
import { createZstdDecompress, type ZstdDecompress } from "node:zlib";

/** What is known of bytes that went by. */
export interface Digests {
  readonly sha256: string;
  /** By the algorithm asked for. */
  readonly value?: string;
  /** Of what is packed with zstd: sha256 of what is in it. */
  readonly unpackedSha256?: string;
}

// RFC 8878, section 3.1.1.
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Reads a stream to its end.
 *
 * @param algorithm one more, as `node:crypto` calls it
 */
export async function digestsOf(bytes: AsyncIterable<Buffer>, algorithm?: string): Promise<Digests> {
  const sha256 = createHash("sha256");
  const named = algorithm === undefined ? undefined : createHash(algorithm);
  const unpacked = new Unpacked();
  for await (const chunk of bytes) {
    sha256.update(chunk);
    named?.update(chunk);
    await unpacked.take(chunk);
  }
  const unpackedSha256 = await unpacked.end();
  return {
    sha256: sha256.digest("hex"),
    ...(named === undefined ? {} : { value: named.digest("hex") }),
    ...(unpackedSha256 === undefined ? {} : { unpackedSha256 }),
  };
}

/** The digest of what is in zstd, if bytes begin as it does. */
class Unpacked {
  readonly #hash = createHash("sha256");
  #zstd: ZstdDecompress | undefined;
  #begun = false;

  async take(chunk: Buffer): Promise<void> {
    if (!this.#begun && chunk.subarray(0, zstdMagic.length).equals(zstdMagic)) {
      this.#zstd = createZstdDecompress();
      this.#zstd.on("data", (part: Buffer) => this.#hash.update(part));
      // What is damaged has no digest.
      this.#zstd.on("error", () => {
        this.#zstd = undefined;
      });
    }
    this.#begun = true;
    const zstd = this.#zstd;
    if (zstd !== undefined) await new Promise((resolve) => zstd.write(chunk, resolve));
  }

  async end(): Promise<string | undefined> {
    const zstd = this.#zstd;
    if (zstd === undefined) return undefined;
    const closed = once(zstd, "close");
    zstd.end();
    await closed;
    return this.#zstd === undefined ? undefined : this.#hash.digest("hex");
  }
}
