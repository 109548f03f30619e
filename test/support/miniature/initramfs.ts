import { gzipSync } from "node:zlib";
import { miniatureVersion, type MiniatureKind } from "./kernel.ts";

/** One file of an archive. */
export interface CpioFile {
  readonly name: string;
  readonly content?: string | Buffer;
}

/** An archive in cpio's new format, with its trailer; directories are those of the files' paths. */
export function cpio(files: readonly CpioFile[]): Buffer {
  const directories = new Set(files.flatMap(({ name }) => parents(name)));
  const entries = [
    ...[...directories].map((name) => entry(name, 0o040755, Buffer.alloc(0))),
    ...files.map(({ name, content = "" }) => entry(name, 0o100755, Buffer.from(content))),
    entry("TRAILER!!!", 0, Buffer.alloc(0)),
  ];
  return Buffer.concat(entries);
}

/** A gzip initramfs of under 1 KiB with the modules' directory of its kernel. */
export function miniatureInitramfs({ version = miniatureVersion, mark = "" }: MiniatureKind = {}): Buffer {
  return gzipSync(
    cpio([
      { name: "init", content: "#!/bin/sh\n" },
      { name: `lib/modules/${version}/modules.dep` },
      { name: "mark", content: mark },
    ]),
  );
}

function parents(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function entry(name: string, mode: number, content: Buffer): Buffer {
  const fields = [0, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
  return Buffer.concat([padded(Buffer.from(header, "latin1")), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
