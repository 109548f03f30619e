import { open, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { isErrno } from "../artifacts/regular-file.ts";

/** Characters of the end of the log that are kept. */
const kept = 64 * 1024;
const chunk = Buffer.alloc(64 * 1024);

/** Reads a file that grows, listens for a sign in all of it, and keeps its end as a person would see it on a terminal. */
export class SerialLog {
  readonly #path: string;
  readonly #sign: RegExp;
  #file: FileHandle | undefined;
  #raw = "";
  // A character may be in two reads.
  readonly #decoder = new StringDecoder("utf8");
  /** Bytes read so far. */
  size = 0;
  /** Whether the sign was in it, at any time. */
  heard = false;

  constructor(path: string, sign: RegExp) {
    this.#path = path;
    this.#sign = sign;
  }

  /** Reads what is new; true if there was something. */
  async poll(): Promise<boolean> {
    try {
      this.#file ??= await open(this.#path, "r");
    } catch (error) {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    }
    const before = this.size;
    for (;;) {
      const { bytesRead } = await this.#file.read(chunk, 0, chunk.length, this.size);
      if (bytesRead === 0) return this.size > before;
      this.size += bytesRead;
      this.#raw = (this.#raw + this.#decoder.write(chunk.subarray(0, bytesRead))).slice(-kept);
      if (!this.heard) this.heard = this.#sign.test(this.text);
    }
  }

  /** The end of the log, without terminal control sequences. */
  get text(): string {
    return plainText(this.#raw);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Text without terminal control sequences, carriage returns and other control characters but newline and tab. */
export function plainText(raw: string): string {
  return (
    raw
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      .replace(/\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[ -/]*[0-~])/g, "")
      // eslint-disable-next-line no-control-regex -- see above
      .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "")
  );
}
