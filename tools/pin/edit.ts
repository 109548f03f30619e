import { isMap, isScalar, parseDocument, Scalar, type Document, type YAMLMap } from "yaml";
import type { DownloadPins } from "../../core/deploy-images/urls.ts";
import { IronicImagesError } from "../../core/errors.ts";

/** A piece of text to be put in place of another: offsets in the old text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Where `download` of an architecture stands in a stack file. */
export function downloadPath(architecture: string): string[] {
  return ["config", "ironic-images:deployImages", architecture, "download"];
}

/**
 * The text of a stack file with these pins in it, and otherwise the same to the byte: the parsed document only says where they stand.
 * @throws IronicImagesError `pin-by-hand` if the file is written in a way that this cannot edit
 */
export function withPins(text: string, architecture: string, pins: DownloadPins): string {
  const document = parseDocument(text);
  const download = document.getIn(downloadPath(architecture), true);
  const edits = isMap(download) ? editsOf(text, download, pins) : undefined;
  const edited = (edits ?? [])
    .toSorted((a, b) => b.from - a.from)
    .reduce((old, { from, to, text: added }) => old.slice(0, from) + added + old.slice(to), text);
  if (edits !== undefined && isWhatWasMeant(document, edited, architecture, pins)) return edited;
  throw new IronicImagesError(
    "pin-by-hand",
    `${downloadPath(architecture).slice(1).join(".")} is written in a way that cannot be edited without touching more; write these into it by hand`,
    Object.entries(pins)
      .map(([pin, sha256]) => `${pin}: ${sha256}`)
      .join("\n"),
  );
}

function editsOf(text: string, download: YAMLMap, pins: DownloadPins): Edit[] | undefined {
  const edits: Edit[] = [];
  const missing: string[] = [];
  for (const [pin, sha256] of Object.entries(pins) as [string, string][]) {
    if (!download.has(pin)) {
      missing.push(`${pin}: ${sha256}`);
      continue;
    }
    const value = download.get(pin, true);
    if (!isScalar(value) || value.range == null) return undefined;
    const [from, to] = value.range;
    const space = from === to && text[from - 1] === ":" ? " " : "";
    edits.push({ from, to, text: space + quotedLike(value, sha256) });
  }
  if (missing.length === 0) return edits;
  const added = download.flow === true ? addedToFlow(download, missing) : addedToBlock(text, download, missing);
  return added === undefined ? undefined : [...edits, added];
}

function quotedLike({ type }: Scalar, sha256: string): string {
  if (type === Scalar.QUOTE_DOUBLE) return `"${sha256}"`;
  return type === Scalar.QUOTE_SINGLE ? `'${sha256}'` : sha256;
}

/** New lines under the last one, indented and ended like it. */
function addedToBlock(text: string, download: YAMLMap, lines: readonly string[]): Edit | undefined {
  const { key, value } = download.items.at(-1) ?? {};
  if (!isScalar(key) || key.range == null || !isScalar(value) || value.range == null) return undefined;
  const lineStart = text.lastIndexOf("\n", key.range[0] - 1) + 1;
  const indentation = text.slice(lineStart, key.range[0]);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const end = text.indexOf("\n", value.range[1]);
  const added = lines.map((line) => indentation + line).join(newline);
  return end < 0
    ? { from: text.length, to: text.length, text: newline + added }
    : { from: end + 1, to: end + 1, text: added + newline };
}

function addedToFlow(download: YAMLMap, lines: readonly string[]): Edit | undefined {
  const { value } = download.items.at(-1) ?? {};
  if (!isScalar(value) || value.range == null) return undefined;
  const [, end] = value.range;
  return { from: end, to: end, text: `, ${lines.join(", ")}` };
}

/** Holds what it held, with the pins. Digits alone would be a number, for example. */
function isWhatWasMeant(before: Document, text: string, architecture: string, pins: DownloadPins): boolean {
  const after = parseDocument(text);
  if (after.errors.length > 0) return false;
  const meant = before.clone();
  for (const [pin, sha256] of Object.entries(pins)) meant.setIn([...downloadPath(architecture), pin], sha256);
  return JSON.stringify(after.toJS()) === JSON.stringify(meant.toJS());
}
