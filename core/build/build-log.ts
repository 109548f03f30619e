import { closeSync, createReadStream, createWriteStream, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";

/** A log file that never grows over its limit: the beginning and the end are kept. */
export interface BuildLog {
  write(line: string): void;
  /** The last lines, at most `tailBytes`. */
  tail(): string;
  /** Puts beginning and end together in the log file. */
  close(): Promise<void>;
}

/** What goes into an error's details. */
const tailBytes = 4096;

/**
 * @param path the log file; the end is collected in `<path>.end` and `<path>.end.old` while the log is open
 * @param limit bytes of the finished file
 */
export function openBuildLog(path: string, limit: number): BuildLog {
  const headLimit = Math.floor(limit / 2);
  const endLimit = Math.floor(limit / 4);
  const head = openSync(path, "w", 0o644);
  let [headSize, endSize, lost] = [0, 0, 0];
  let oldEndSize = 0;
  let end: number | undefined;
  let recent = "";

  const writeEnd = (bytes: Buffer): void => {
    if (end === undefined || endSize + bytes.length > endLimit) {
      if (end !== undefined) {
        closeSync(end);
        renameSync(`${path}.end`, `${path}.end.old`);
        lost += oldEndSize;
        oldEndSize = endSize;
      }
      end = openSync(`${path}.end`, "w", 0o644);
      endSize = 0;
    }
    writeSync(end, bytes);
    endSize += bytes.length;
  };

  return {
    write(line) {
      const bytes = Buffer.from(`${line}\n`);
      recent = (recent + line.slice(-tailBytes) + "\n").slice(-2 * tailBytes);
      try {
        if (end === undefined && headSize + bytes.length <= headLimit) {
          writeSync(head, bytes);
          headSize += bytes.length;
        } else {
          writeEnd(bytes);
        }
      } catch {
        // A full disk is the build's to report; its log must not end it before it can.
      }
    },
    tail: () =>
      recent.slice(-tailBytes).replace(/^[^\n]*\n(?=.)/s, (first) => (recent.length > tailBytes ? "" : first)),
    async close() {
      closeSync(head);
      if (end === undefined) return;
      closeSync(end);
      const files = [...(oldEndSize > 0 ? [`${path}.end.old`] : []), `${path}.end`];
      if (lost > 0) {
        const append = openSync(path, "a");
        writeSync(append, `\n[${lost} bytes of the log are left out here]\n\n`);
        closeSync(append);
      }
      for (const file of files) {
        await pipeline(createReadStream(file), createWriteStream(path, { flags: "a" }));
        rmSync(file);
      }
    },
  };
}
