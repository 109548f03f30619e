/** Longer lines are cut into pieces of about this many characters: a line without end may not fill the memory. */
export const longestLine = 64 * 1024;

/**
 * Puts the lines of a stream of text together, not one by one, because a flood of them would be slow and make much garbage.
 * @param onLines given whole lines, each with its line feed
 */
export function collectLines(onLines: (lines: string) => void): { push(chunk: string): void; end(): void } {
  let rest = "";
  return {
    push(chunk) {
      const text = rest + chunk;
      const end = text.lastIndexOf("\n") + 1;
      if (end > 0) onLines(text.slice(0, end));
      rest = text.slice(end);
      while (rest.length >= longestLine) {
        onLines(`${rest.slice(0, longestLine)}\n`);
        rest = rest.slice(longestLine);
      }
    },
    end() {
      if (rest !== "") onLines(`${rest}\n`);
      rest = "";
    },
  };
}

/** The lines, without line feeds, in which a pattern is found. @param pattern with the flag `g`; it sees no lines, but all of the text */
export function* linesWith(lines: string, pattern: RegExp): Generator<string, void, undefined> {
  pattern.lastIndex = 0;
  for (let found = pattern.exec(lines); found !== null; found = pattern.exec(lines)) {
    const end = lines.indexOf("\n", found.index);
    yield lines.slice(lines.lastIndexOf("\n", found.index) + 1, end).replace(/\r$/, "");
    pattern.lastIndex = end;
  }
}
