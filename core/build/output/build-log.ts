import { closeSync, createReadStream, createWriteStream, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { printable } from "./printable.ts";

/** A log file that never grows over its limit: the beginning and the end are kept. */
export interface BuildLog {
  /** What is written is in the file when the present turn of the event loop has ended. @param lines each with its line feed */
  write(lines: string): void;
  /** The last lines, at most `tailBytes`, without what a terminal would obey. */
  tail(): string;
  /** Puts beginning and end together in the log file. */
  close(): Promise<void>;
}

/** What goes into an error's details. */
const tailBytes = 4096;

/** Lines are written together up to this many characters: a system call for each would make a flood of them slow. */
const batchLength = 64 * 1024;

/**
 * No failure of the file system ends a build by way of its log; what cannot be written is counted as left out.
 * @param path the log file; the end is collected in `<path>.end` and `<path>.end.old` while the log is open
 * @param limit bytes of the finished file
 */
export function openBuildLog(path: string, limit: number): BuildLog {
  const headLimit = Math.floor(limit / 2);
  const endLimit = Math.floor(limit / 4);
  const head = openSync(path, "w", 0o644);
  let [headSize, endSize, oldEndSize, lost] = [0, 0, 0, 0];
  let end: number | undefined;
  let [batch, recent] = ["", ""];

  const writeAll = (fd: number, bytes: Buffer): void => {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch {
      // A full disk is the build's to report; its log must not end it before it can.
      lost += bytes.length - written;
    }
  };
  const rotate = (): void => {
    if (end !== undefined) {
      closeSync(end);
      renameSync(`${path}.end`, `${path}.end.old`);
      lost += oldEndSize;
      oldEndSize = endSize;
    }
    end = openSync(`${path}.end`, "w", 0o644);
    endSize = 0;
  };
  const writeEnd = (bytes: Buffer): void => {
    // More than the file holds: of these lines the last ones are kept.
    const cut = bytes.length <= endLimit ? 0 : bytes.indexOf("\n", bytes.length - endLimit) + 1;
    lost += cut;
    const kept = bytes.subarray(cut);
    try {
      if (end === undefined || endSize + kept.length > endLimit) rotate();
    } catch {
      lost += kept.length;
      return;
    }
    if (end !== undefined) writeAll(end, kept);
    endSize += kept.length;
  };
  const flush = (): void => {
    if (batch === "") return;
    const bytes = Buffer.from(batch);
    recent = (batch.length < tailBytes ? recent + batch : batch).slice(-2 * tailBytes);
    batch = "";
    const fits = headLimit - headSize;
    // Once a line did not fit the beginning, nothing goes there any more.
    const cut = end !== undefined ? 0 : bytes.length <= fits ? bytes.length : bytes.lastIndexOf("\n", fits - 1) + 1;
    writeAll(head, bytes.subarray(0, cut));
    headSize += cut;
    if (cut < bytes.length) writeEnd(bytes.subarray(cut));
  };

  return {
    write(lines) {
      if (batch === "") setImmediate(flush);
      batch += lines;
      if (batch.length >= batchLength) flush();
    },
    tail() {
      flush();
      const last = recent.slice(-tailBytes);
      return printable(recent.length > tailBytes ? last.replace(/^[^\n]*\n(?=.)/s, "") : last);
    },
    async close() {
      flush();
      closeSync(head);
      if (end !== undefined) closeSync(end);
      try {
        if (lost > 0) append(path, `\n[${lost} bytes of the log are left out here]\n\n`);
        for (const file of [
          ...(oldEndSize > 0 ? [`${path}.end.old`] : []),
          ...(end === undefined ? [] : [`${path}.end`]),
        ]) {
          await pipeline(createReadStream(file), createWriteStream(path, { flags: "a" }));
          rmSync(file);
        }
      } catch {
        // As above: the build may be a good one, and the ends of its log stay where they are.
      }
    },
  };
}

function append(path: string, text: string): void {
  const fd = openSync(path, "a");
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}
