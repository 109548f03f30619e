import type { StackEnvironment } from "../environment.ts";

/** A word that every POSIX shell reads as exactly this text. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * POSIX shell code that takes over an environment.
 * @param first the directory to come first on the shell's own PATH: the PATH in `set` has npm's additions for its scripts
 */
export function shellCode({ set, unset }: StackEnvironment, first: string): string {
  const directory = shellQuote(first);
  const lines = [
    `case $PATH in ${directory}:*) ;; *) export PATH=${directory}:"$PATH" ;; esac`,
    ...unset.map((name) => `unset ${name}`),
    ...Object.entries(set)
      .filter(([name]) => name !== "PATH")
      .map(([name, value]) => `export ${name}=${shellQuote(value)}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
