import type { ByteSource } from "../../inspect/byte-source.ts";
import { leadingZeros } from "../../inspect/initramfs/zeros.ts";
import { streamOf } from "../../inspect/stream.ts";
import type { Secrets } from "../executor.ts";
import { secretForms } from "./secret-forms.ts";

/** A secret in a stream of bytes. */
export interface FoundSecret {
  readonly name: string;
  /** Byte of the stream where it begins; the first one, if it is there more often. */
  readonly offset: number;
}

/** Searches bytes that come in chunks for secrets in all their forms. */
export class SecretSearch {
  readonly #forms: readonly { readonly name: string; readonly bytes: Buffer }[];
  readonly #overlap: number;
  readonly #found = new Map<string, number>();
  #before = Buffer.alloc(0);
  #position = 0;

  constructor(secrets: Secrets) {
    this.#forms = Object.entries(secrets).flatMap(([name, value]) =>
      secretForms(value).map((form) => ({ name, bytes: Buffer.from(form) })),
    );
    this.#overlap = Math.max(0, ...this.#forms.map(({ bytes }) => bytes.length - 1));
  }

  push(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#before, chunk]);
    // Most of a disk is zeros, and no secret has one.
    if (leadingZeros(bytes) < bytes.length) {
      for (const form of this.#forms) {
        const at = this.#found.has(form.name) ? -1 : bytes.indexOf(form.bytes);
        if (at !== -1) this.#found.set(form.name, this.#position - this.#before.length + at);
      }
    }
    this.#position += chunk.length;
    this.#before = bytes.subarray(Math.max(0, bytes.length - this.#overlap));
  }

  /** What was found, the first of each secret. */
  get found(): FoundSecret[] {
    return [...this.#found].map(([name, offset]) => ({ name, offset }));
  }
}

/** Searches all of a source. */
export async function searchSource(source: ByteSource, secrets: Secrets): Promise<FoundSecret[]> {
  const search = new SecretSearch(secrets);
  for await (const chunk of streamOf(source, 0) as AsyncIterable<Buffer>) search.push(chunk);
  return search.found;
}
