/** The digest that a checksum file gives, or why it gives none; the sentence goes on after the file's address. */
export type Checksum = { readonly sha256: string } | { readonly problem: string };

const gnu = /^([0-9a-f]{64}) [ *](.+)$/i;
const bsd = /^SHA256 ?\((.+)\) ?= ?([0-9a-f]{64})$/i;
const bare = /^([0-9a-f]{64})$/i;

/**
 * Reads the sha256 of one file out of a checksum file: of sha256sum (`DIGEST  NAME`, `DIGEST *NAME`), of BSD and openssl
 * (`SHA256 (NAME) = DIGEST`), or one bare digest. The name must be the same to the letter; lines that are none of these, a signature for example, say nothing.
 * @param name of the file, without directories
 */
export function checksumOf(text: string, name: string): Checksum {
  const lines = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trimEnd());
  if (lines.every((line) => line === "")) return { problem: "is empty" };
  const entries = lines.flatMap(readLine);
  if (entries.length === 0) return { problem: "holds no sha256" };
  const named = entries.filter((entry) => entry.name === name);
  const nameless = entries.filter((entry) => entry.name === undefined);
  const others = entries.flatMap((entry) => (entry.name === undefined || entry.name === name ? [] : [entry.name]));
  const digests = new Set([...named, ...nameless].map(({ sha256 }) => sha256));
  const [sha256] = digests;
  if (sha256 === undefined) return { problem: `has no digest of ${name}, only of ${listed(others)}` };
  if (digests.size > 1) return { problem: `is ambiguous: it has ${digests.size} digests for ${name}` };
  if (named.length === 0 && others.length > 0)
    return { problem: `is ambiguous: it has a digest without a name, and others of ${listed(others)}` };
  return { sha256 };
}

interface Entry {
  readonly name: string | undefined;
  readonly sha256: string;
}

function readLine(line: string): Entry[] {
  const [, ofGnu = "", gnuName] = gnu.exec(line) ?? [];
  if (gnuName !== undefined) return [{ name: gnuName, sha256: ofGnu.toLowerCase() }];
  const [, bsdName, ofBsd = ""] = bsd.exec(line) ?? [];
  if (bsdName !== undefined) return [{ name: bsdName, sha256: ofBsd.toLowerCase() }];
  const [, alone] = bare.exec(line.trim()) ?? [];
  return alone === undefined ? [] : [{ name: undefined, sha256: alone.toLowerCase() }];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 80)));
  return names.length > shown.length ? `${shown.join(", ")} and ${names.length - shown.length} more` : shown.join(", ");
}
