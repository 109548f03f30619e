import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { publishedPins, type PublishedOptions } from "../../core/deploy-images/published.ts";
import { pinnedUrls, type DownloadPins } from "../../core/deploy-images/urls.ts";
import { shownUrl } from "../../core/download/failure.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { storageFailure } from "../../core/storage-failure.ts";
import { isErrno } from "../../core/artifacts/regular-file.ts";
import { unknownStack } from "../stacks.ts";
import { withPins } from "./edit.ts";
import { stackSources, type StackSource } from "./sources.ts";
import { replaceText } from "./write-file.ts";

/** What `npm run pin` was asked for. */
export interface PinRequest {
  /** Absolute. */
  readonly project: string;
  readonly stack: string;
  /** This one alone. */
  readonly architecture?: string | undefined;
  /** Only look. */
  readonly check: boolean;
  /** Told the answer, line by line. */
  readonly say: (line: string) => void;
  /** Told warnings and what goes on. */
  readonly note: (line: string) => void;
  readonly limits?: PublishedOptions["limits"];
  readonly pause?: number;
}

/**
 * Compares the pins of a stack's downloads with what is published, and writes what is published into the stack file.
 * @returns whether something has moved
 * @throws IronicImagesError
 */
export async function pinStack(request: PinRequest): Promise<boolean> {
  const { project, stack, check, say } = request;
  const file = `stacks/Pulumi.${stack}.yaml`;
  const before = await readStackFile(project, stack, file);
  const document = parseDocument(before);
  const [mistake] = document.errors;
  if (mistake !== undefined) throw new IronicImagesError("stack-wrong", `${file}: ${mistake.message}`);
  const sources = chosen(
    stackSources((document.toJS() as { config?: unknown } | null)?.config, file),
    file,
    request.architecture,
  );
  if (sources.length === 0) {
    say(`${file} downloads no deploy images: nothing to pin`);
    return false;
  }
  let after = before;
  for (const source of sources) {
    const moved = await movedPins(source, request);
    if (Object.keys(moved).length > 0) after = withPins(after, source.architecture, moved);
  }
  if (after === before) {
    say(`${file}: nothing moved`);
    return false;
  }
  if (check) {
    say(`${file}: its pins are not what is published; npm run pin -- --stack ${stack} writes that`);
    return true;
  }
  await replaceText(join(project, file), before, after).catch((error: unknown) => {
    throw storageFailure(error, file);
  });
  say(`${file}: written; look at the diff, then \`pulumi preview\` shows what it replaces`);
  return true;
}

function chosen(sources: readonly StackSource[], file: string, architecture: string | undefined) {
  if (architecture === undefined) return sources;
  const source = sources.find((each) => each.architecture === architecture);
  if (source !== undefined) return [source];
  const known = sources.map((each) => each.architecture).join(", ") || "none";
  throw new IronicImagesError(
    "unknown-architecture",
    `--architecture: ${file} downloads nothing for ${architecture}; it downloads for: ${known}`,
  );
}

/** Says what became of each pin, and gives those that are new. */
async function movedPins({ architecture, key, source, pins }: StackSource, request: PinRequest): Promise<DownloadPins> {
  const { say, note, limits, pause } = request;
  const urls = pinnedUrls(source);
  for (const [, url] of urls) {
    if (url.startsWith("http:"))
      note(
        `warning: ${key}: ${shownUrl(url)} comes over plain http, so its pin is only as good as the network between here and there; use https, or compare with the publisher's word`,
      );
  }
  const options = { key, report: note, limits, ...(pause === undefined ? {} : { pause }) };
  const published = await publishedPins(source, options);
  const moved = urls.filter(([pin]) => pins[pin] !== published[pin]);
  refuseHalf(key, pins, published);
  for (const [pin, url] of urls) {
    const now = published[pin] ?? "";
    say(`${architecture} ${pin} of ${shownUrl(url)}`);
    say(pins[pin] === now ? `  ${now}, as pinned` : `  ${pins[pin] ?? "not pinned"} -> ${now}`);
  }
  return Object.fromEntries(moved.map(([pin]) => [pin, published[pin]]));
}

/** Two builds can share a kernel; they never share an initramfs. */
function refuseHalf(key: string, pins: DownloadPins, published: DownloadPins): void {
  const { kernelSha256: kernel, initramfsSha256: initramfs } = published;
  if (kernel !== undefined && kernel === initramfs)
    throw new IronicImagesError(
      "checksum-refused",
      `${key}: kernel and initramfs are published with one checksum; the addresses are wrong`,
    );
  if (pins.kernelSha256 === undefined || pins.kernelSha256 === kernel || pins.initramfsSha256 !== initramfs) return;
  throw new IronicImagesError(
    "checksum-unsteady",
    `${key}: the published kernel is a new one and the initramfs is not, so the publisher is in the middle of replacing them; nothing was written, try again later`,
  );
}

async function readStackFile(project: string, stack: string, file: string): Promise<string> {
  try {
    if (/^[A-Za-z0-9_.-]+$/.test(stack)) return await readFile(join(project, file), "utf8");
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
  throw unknownStack(stack, project);
}
