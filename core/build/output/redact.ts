import type { PrivateText } from "../sources/private-texts.ts";

/** Takes the credentials, not the host names, out of a text that comes in pieces. */
export interface Redactor {
  /** The piece without them; what could be the beginning of one comes with a later piece. */
  push(piece: string): string;
  /** What was held back. */
  end(): string;
}

/** No credential holds a line feed. */
export function redactor(texts: readonly Pick<PrivateText, "kind" | "text">[]): Redactor {
  const credentials = texts.filter(({ kind }) => kind === "credential").map(({ text }) => text);
  // The longest first: a password inside a user:password pair would leave the user otherwise.
  credentials.sort((a, b) => b.length - a.length);
  const redact = (text: string): string =>
    credentials.reduce((rest, credential) => rest.replaceAll(credential, "***"), text);
  const longest = credentials[0]?.length ?? 0;
  let held = "";
  return {
    push(piece) {
      const text = held + piece;
      // None goes over the end of a line.
      const cut = beforeAll(text, credentials, Math.max(text.lastIndexOf("\n") + 1, text.length - longest + 1));
      held = text.slice(cut);
      return redact(text.slice(0, cut));
    },
    end() {
      const rest = redact(held);
      held = "";
      return rest;
    },
  };
}

/** The last place not behind `cut` that is inside no credential. */
function beforeAll(text: string, credentials: readonly string[], cut: number): number {
  for (const credential of credentials) {
    const at = cut === 0 ? -1 : text.lastIndexOf(credential, cut - 1);
    if (at !== -1 && at + credential.length > cut) return beforeAll(text, credentials, at);
  }
  return cut;
}
