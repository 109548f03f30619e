import type { ByteSource } from "./byte-source.ts";

/** More reads than were allowed. */
class ReadsExhausted extends Error {}

/**
 * Runs work that follows what stands in a hostile source, and ends it after so many reads: each limit inside such work multiplies with the others
 * (directories by links by blocks of a map), the number of reads does not.
 * @param otherwise the answer if the reads were not enough
 */
export async function withinReads<T>(
  source: ByteSource,
  most: number,
  work: (limited: ByteSource) => Promise<T>,
  otherwise: T,
): Promise<T> {
  let left = most;
  const limited: ByteSource = {
    size: source.size,
    get bytesRead() {
      return source.bytesRead;
    },
    read(offset, length) {
      if (left-- <= 0) return Promise.reject(new ReadsExhausted(`${most} reads`));
      return source.read(offset, length);
    },
  };
  try {
    return await work(limited);
  } catch (error) {
    if (error instanceof ReadsExhausted) return otherwise;
    throw error;
  }
}
