import type { PrivateText } from "./private-texts.ts";

/** A function that takes the credentials, not the host names, out of a line of the log. */
export function redactor(texts: readonly PrivateText[]): (line: string) => string {
  const credentials = texts.filter(({ kind }) => kind === "credential").map(({ text }) => text);
  // The longest first: a password inside a user:password pair would leave the user otherwise.
  credentials.sort((a, b) => b.length - a.length);
  return (line) => credentials.reduce((text, credential) => text.replaceAll(credential, "***"), line);
}
