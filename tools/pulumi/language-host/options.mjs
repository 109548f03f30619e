// Pulumi.yaml's runtime.options, and the words of a command line in it.

/**
 * Reads runtime.options with the official host's defaults and types.
 * @returns {{ typescript: boolean, tsconfig: string, nodeargs: string[], packagemanager: string }}
 * @throws Error that names the option
 */
export function parseOptions(info) {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const typed = (key, type, fallback) => {
    const value = options[key] ?? fallback;
    if (typeof value !== type) throw new Error(`Pulumi.yaml: runtime.options.${key} must be a ${type}`);
    return value;
  };
  return {
    typescript: typed("typescript", "boolean", true),
    tsconfig: typed("tsconfig", "string", ""),
    nodeargs: splitWords(typed("nodeargs", "string", "")),
    packagemanager: typed("packagemanager", "string", "auto"),
  };
}

/**
 * Splits text into words as a POSIX shell does, without any expansion: blanks separate, quotes and backslashes protect.
 * @throws Error when a quote is not closed
 */
export function splitWords(text) {
  const words = [];
  let word;
  let quote;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quote === "'" ? character === "'" : quote !== undefined && character === quote) {
      quote = undefined;
    } else if (character === "\\" && quote !== "'") {
      // Between double quotes a backslash protects only what is special there.
      const protectedCharacter = text[++at] ?? "";
      word =
        (word ?? "") + (quote === undefined || '"\\$`'.includes(protectedCharacter) ? "" : "\\") + protectedCharacter;
    } else if (quote === undefined && (character === "'" || character === '"')) {
      quote = character;
      word ??= "";
    } else if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) throw new Error(`Pulumi.yaml: runtime.options.nodeargs has an unclosed ${quote}`);
  if (word !== undefined) words.push(word);
  return words;
}
