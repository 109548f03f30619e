import type { StackEnvironment } from "../environment.ts";

/** A word that every POSIX shell reads as exactly this text. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** POSIX shell code that takes over an environment. */
export function shellCode({ set, unset }: StackEnvironment): string {
  const lines = [...unset.map((name) => `unset ${name}`), ...Object.entries(set).map(([name, value]) => `export ${name}=${shellQuote(value)}`)];
  return lines.map((line) => `${line}\n`).join("");
}
