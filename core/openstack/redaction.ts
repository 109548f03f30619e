import type { Credentials } from "./credentials.ts";

/** What no message may show of credentials, and of the tokens that they have opened. */
export function secretsOf({ identity }: Pick<Credentials, "identity">, ...tokens: readonly string[]): string[] {
  switch (identity.method) {
    case "password":
      return [identity.password, ...tokens];
    case "token":
      return [identity.token, ...tokens];
    case "application_credential":
      return [identity.secret, ...tokens];
  }
}

/** A text that a server has sent, without the secrets: some servers and proxies repeat in an error what they were asked. */
export function redacted(text: string, secrets: readonly string[]): string {
  // The longest first, because one secret may begin with another.
  const patterns = secrets
    .filter(Boolean)
    .toSorted((one, other) => other.length - one.length)
    .map(spellings);
  return patterns.length === 0 ? text : text.replace(new RegExp(patterns.join("|"), "giu"), "[secret]");
}

const entities: Readonly<Record<string, string>> = { '"': "quot", "'": "apos", "&": "amp", "<": "lt", ">": "gt" };
const escapes: Readonly<Record<string, string>> = { "\n": "\\\\n", "\r": "\\\\r", "\t": "\\\\t" };

// As it is, in JSON (again in JSON, so with any number of backslashes), in HTML, in an address.
function spellings(secret: string): string {
  return (secret.match(/\\+|[^\\]/gu) ?? [])
    .map((part) => (part.startsWith("\\") ? backslashes(part.length) : spelling(part)))
    .join("");
}

// A run at a time: one by one they would match in too many ways.
function backslashes(count: number): string {
  const forms = ["\\\\", "%5c"].map((one) => `(?:${one}){${count},${8 * count}}`);
  return `(?:${forms.join("|")})`;
}

function spelling(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  const units = character.split("").map((unit) => `\\\\{1,8}u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const bytes = [...new TextEncoder().encode(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`);
  const own = [
    `\\u{${hex}}`,
    `&#0*${character.codePointAt(0)};`,
    `&#x0*${hex};`,
    ...(entities[character] === undefined ? [] : [`&${entities[character]};`]),
    ...(escapes[character] === undefined ? [] : [escapes[character]]),
    ...(character === " " ? ["\\+"] : []),
  ];
  return `(?:\\\\{0,8}(?:${own.join("|")})|${units.join("")}|${bytes.join("")})`;
}
