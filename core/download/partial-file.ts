import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { open, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { syncToDisk } from "../artifacts/regular-file.ts";
import { replaceFile } from "../artifacts/replace-file.ts";
import { BatchWriter } from "./batch-writer.ts";
import { shownUrl } from "./failure.ts";
import type { ResumePoint } from "./judge.ts";

/** Stands beside the data: what a later run needs to go on with them. */
const noteSchema = z.object({ url: z.string(), validator: z.string(), total: z.number().optional() });

/** What has come of a download so far, with its running sha256. A later run goes on only with what has a note beside it. */
export class PartialFile {
  /** Bytes of it that an earlier run left. */
  readonly inherited: number;
  readonly #path: string;
  readonly #url: string;
  readonly #keeps: boolean;
  readonly #file: FileHandle;
  #hash: Hash = createHash("sha256");
  #size = 0;
  #validator: string | undefined;
  #total: number | undefined;

  private constructor(path: string, file: FileHandle, url: string, keeps: boolean, found: Found | undefined) {
    this.#path = path;
    this.#url = shownUrl(url);
    this.#keeps = keeps;
    this.#file = file;
    this.inherited = found?.size ?? 0;
    if (found === undefined) return;
    this.#hash = found.hash;
    this.#size = found.size;
    this.#validator = found.note.validator;
    this.#total = found.note.total;
  }

  /**
   * Opens what an earlier run left of this URL, or begins.
   * @param options.keeps whether a later run may go on with it: only where the digest of the whole is known
   */
  static async open(path: string, url: string, { keeps }: { keeps: boolean }): Promise<PartialFile> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags, 0o644);
    try {
      const note = keeps ? await readNote(path) : undefined;
      const found = note?.url === shownUrl(url) ? { note, ...(await hashSoFar(file)) } : undefined;
      const partial = new PartialFile(path, file, url, keeps, found);
      if (found === undefined) await partial.startOver();
      return partial;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Where to go on, or undefined if only the whole will do. */
  get resumePoint(): ResumePoint | undefined {
    if (this.#size === 0 || this.#validator === undefined) return undefined;
    return { size: this.#size, validator: this.#validator, total: this.#total };
  }

  /** Forgets everything; what comes next is the first byte of a representation with this validator. */
  async startOver(validator?: string, total?: number): Promise<void> {
    // The old note goes first: it must never stand beside other bytes.
    await rm(notePath(this.#path), { force: true });
    await this.#file.truncate(0);
    this.#hash = createHash("sha256");
    this.#size = 0;
    this.#validator = validator;
    this.#total = total;
    if (this.#keeps && validator !== undefined)
      await replaceFile(notePath(this.#path), JSON.stringify({ url: this.#url, validator, total }));
  }

  /**
   * Appends what a body gives, until it ends or fails; what came before a failure is kept.
   * @param accept called with each chunk and the size of the whole so far, before the chunk is taken; may throw
   * @param failed makes the error to throw when the body failed, and not the disk
   */
  async append(
    body: AsyncIterable<Buffer>,
    accept: (chunk: Buffer, size: number) => void,
    failed: (error: unknown) => unknown,
  ): Promise<void> {
    const writer = new BatchWriter(this.#file, this.#size);
    try {
      for await (const chunk of body) {
        accept(chunk, this.#size + chunk.length);
        this.#hash.update(chunk);
        this.#size += chunk.length;
        const behind = writer.add(chunk);
        // Thousands of awaits of nothing cost as much as the writing.
        if (behind !== undefined) await behind;
      }
    } catch (error) {
      // If it was the disk, this throws its error.
      await writer.finish();
      throw failed(error);
    }
    await writer.finish();
  }

  /** The sha256 (hex) of everything so far. */
  digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Gives the finished file its name, when all of it is on the disk. */
  async publish(path: string): Promise<void> {
    await this.#file.sync();
    await rename(this.#path, path);
    await rm(notePath(this.#path), { force: true });
    await syncToDisk(dirname(path));
  }

  /** Closes the file; without a resume point for a later run nothing of it stays. */
  async close(): Promise<void> {
    await this.#file.close();
    if (this.#keeps && this.resumePoint !== undefined) return;
    await rm(this.#path, { force: true });
    await rm(notePath(this.#path), { force: true });
  }
}

interface Found {
  readonly note: z.infer<typeof noteSchema>;
  readonly hash: Hash;
  readonly size: number;
}

function notePath(path: string): string {
  return `${path}.json`;
}

async function readNote(path: string): Promise<z.infer<typeof noteSchema> | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(notePath(path), "utf8")));
  } catch {
    // Missing or garbled: the download begins anew, which needs no note.
    return undefined;
  }
}

async function hashSoFar(file: FileHandle): Promise<{ hash: Hash; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  const chunks = file.createReadStream({ start: 0, highWaterMark: 1024 * 1024, autoClose: false });
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { hash, size };
}
