/** What a miniature says of itself; kernel and initramfs of one kind go together. */
export interface MiniatureKind {
  readonly version?: string;
  readonly architecture?: "amd64" | "arm64";
  /** Goes into the bytes, so that two of them differ. */
  readonly mark?: string | Buffer;
}

/** The version of a miniature when nothing else is said. */
export const miniatureVersion = "6.1.0-miniature";

/** 4 KiB that every header rule takes for a kernel, and that boot nothing. */
export function miniatureKernel(kind: MiniatureKind = {}): Buffer {
  const { version = miniatureVersion, architecture = "amd64", mark = "" } = kind;
  const kernel = architecture === "amd64" ? bzImage(version) : arm64Image(version);
  return Buffer.concat([kernel, Buffer.from(mark)]);
}

/** Linux Documentation/arch/x86/boot.rst, protocol 2.15: one sector of boot code, two of setup, the rest the kernel. */
function bzImage(version: string): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeUInt8(2, 0x1f1);
  bytes.writeUInt32LE((4096 - 3 * 512) / 16, 0x1f4);
  bytes.set([0x55, 0xaa, 0xeb, 0x6a], 0x1fe);
  bytes.write("HdrS", 0x202);
  bytes.writeUInt16LE(0x20f, 0x206);
  bytes.writeUInt16LE(0x200, 0x20e);
  bytes.writeUInt8(1, 0x211);
  bytes.writeUInt16LE(1, 0x236);
  bytes.write(`${version} (somebody@example) #1 SMP\0`, 0x400, "latin1");
  return bytes;
}

/** Linux Documentation/arch/arm64/booting.rst. */
function arm64Image(version: string): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.writeBigUInt64LE(4096n, 16);
  bytes.write("ARM\x64", 56, "latin1");
  bytes.write(`Linux version ${version} (somebody@example) #1 SMP`, 0x400, "latin1");
  return bytes;
}
