import { createHash } from "node:crypto";
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
  #closed = Promise.resolve();
  #begun = false;
  #damaged = false;

  async take(chunk: Buffer): Promise<void> {
    if (!this.#begun && chunk.subarray(0, zstdMagic.length).equals(zstdMagic)) this.#begin();
    this.#begun = true;
    const zstd = this.#zstd;
    if (zstd === undefined || this.#damaged) return;
    const written = new Promise<void>((resolve) => {
      zstd.write(chunk, () => {
        resolve();
      });
    });
    // What is damaged closes the stream, and leaves the write without an answer.
    await Promise.race([written, this.#closed]);
  }

  #begin(): void {
    const zstd = createZstdDecompress();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#closed = promise;
    zstd.on("close", resolve);
    zstd.on("data", (part: Buffer) => this.#hash.update(part));
    zstd.on("error", () => {
      this.#damaged = true;
    });
    this.#zstd = zstd;
  }

  async end(): Promise<string | undefined> {
    this.#zstd?.end();
    await this.#closed;
    return this.#zstd === undefined || this.#damaged ? undefined : this.#hash.digest("hex");
  }
}
