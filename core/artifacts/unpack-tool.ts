import type { Readable } from "node:stream";
import { IronicImagesError } from "../errors.ts";
import type { PartKind } from "../inspect/initramfs/kinds.ts";

/** The host's tool for what Node cannot unpack, and the Debian package that has it. */
const tools: Readonly<Partial<Record<PartKind, readonly [command: string, debianPackage: string]>>> = {
  xz: ["xz", "xz-utils"],
  lzma: ["xz", "xz-utils"],
  bzip2: ["bzip2", "bzip2"],
  lz4: ["lz4", "lz4"],
  lzo: ["lzop", "lzop"],
};

/**
 * Unpacks with a tool of the host; the tool is gone when the reader is.
 * @throws IronicImagesError `host-tool-missing`; Error with what the tool says of broken input
 */
export async function* unpackWithTool(kind: PartKind, packed: Readable): AsyncGenerator<Buffer> {
  const [command, debianPackage] = tools[kind] ?? [kind, kind];
  const { execa } = await import("execa");
  const child = execa(command, ["--decompress", "--stdout"], {
    input: packed,
    buffer: { stdout: false },
    reject: false,
    env: { LC_ALL: "C" },
  });
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const ended = await child;
    if (ended.code === "ENOENT") {
      throw new IronicImagesError(
        "host-tool-missing",
        `${command} is not on this machine, and an initramfs is compressed with it (${kind}); install it (Debian: ${debianPackage})`,
      );
    }
    // The first line says what, the rest is advice about the tool.
    if (ended.failed) throw new Error(/\S.*/.exec(ended.stderr)?.[0] ?? ended.shortMessage ?? `${command} failed`);
  } finally {
    child.kill("SIGKILL");
    await child;
  }
}
