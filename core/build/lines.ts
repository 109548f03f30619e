/** Longer lines are cut into pieces of this many characters: a line without end may not fill the memory. */
export const longestLine = 64 * 1024;

/** Cuts a stream of text into lines. Feed it chunks; `end` gives what is left. */
export function lineSplitter(onLine: (line: string) => void): { push(chunk: string): void; end(): void } {
  let rest = "";
  return {
    push(chunk) {
      const pieces = (rest + chunk).split("\n");
      rest = pieces.pop() ?? "";
      for (const piece of pieces) onLine(piece.replace(/\r$/, ""));
      while (rest.length >= longestLine) {
        onLine(rest.slice(0, longestLine));
        rest = rest.slice(longestLine);
      }
    },
    end() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
