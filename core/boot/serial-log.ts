import { open, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { isErrno } from "../artifacts/regular-file.ts";

/** Characters of the end of the log that are kept, and the longest line that is told as one. */
const kept = 64 * 1024;
/** Characters that two parts of a longer line have in common: more than any text that is looked for. */
const overlap = 4096;
const chunk = Buffer.alloc(64 * 1024);

/** Reads a file that grows, tells every line of it, and keeps its end as a person would see it on a terminal. */
export class SerialLog {
  readonly #path: string;
  readonly #tell: (line: string, whole: boolean) => void;
  #file: FileHandle | undefined;
  #raw = "";
  #line = "";
  // A character may be in two reads.
  readonly #decoder = new StringDecoder("utf8");
  /** Bytes read so far. */
  size = 0;

  /** @param tell takes lines as {@link plainText}; the last one, which may go on, at each read, and as whole when nothing more came */
  constructor(path: string, tell: (line: string, whole: boolean) => void) {
    this.#path = path;
    this.#tell = tell;
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
      if (bytesRead === 0) break;
      this.size += bytesRead;
      const text = this.#decoder.write(chunk.subarray(0, bytesRead));
      this.#raw = (this.#raw + text).slice(-kept);
      this.#split(text);
    }
    const grown = this.size > before;
    if (this.#line !== "") this.#tell(plainText(this.#line), !grown);
    return grown;
  }

  #split(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#tell(plainText(line), true);
    if (this.#line.length <= kept) return;
    this.#tell(plainText(this.#line), true);
    this.#line = this.#line.slice(-overlap);
  }

  /** The end of the log, without terminal control sequences. */
  get text(): string {
    return plainText(this.#raw);
  }

  /** Reads the rest of a log that does not grow any more, and closes it. */
  async finish(): Promise<void> {
    await this.poll();
    if (this.#line !== "") this.#tell(plainText(this.#line), true);
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
