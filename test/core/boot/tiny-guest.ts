import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactFile, ArtifactRecord } from "../../../core/artifacts/record.ts";
import { wholeDiskInputs } from "../artifacts/samples.ts";

/** What the guest does when it has said its piece. */
const endings = {
  /** hlt; jmp to hlt */
  waits: [0xf4, 0xeb, 0xfd],
  /** Says it again, for ever: jmp to the loading of si. */
  repeats: [0xeb, 0xf0],
  /** Switches itself off through ACPI: mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt. */
  "switches off": [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4],
} as const;

/** A whole-disk image in the smallest form that a BIOS boots: one boot sector that writes a text to the first serial port. */
export function tinyGuest(
  directory: string,
  text: string,
  ending: keyof typeof endings,
): { directory: string; record: Pick<ArtifactRecord, "files" | "inputs"> } {
  const code = say(text, [0x31, 0xc0], 0x7c00, ending);
  // The BIOS boots from no virtio disk of one sector only.
  const disk = Buffer.alloc(1024 * 1024);
  disk.set(code);
  // One active Linux partition, from the second sector to the end.
  disk.set([0x80, 0, 2, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, 0xff, 0x07, 0, 0], 446);
  disk.set([0x55, 0xaa], 510);
  writeFileSync(join(directory, "my-image.raw"), disk);
  return {
    directory,
    record: { files: { image: artifactFile("my-image.raw", disk, "raw") }, inputs: wholeDiskInputs },
  };
}

/**
 * Deploy images in the smallest form that a boot loader takes: a kernel (Documentation/arch/x86/boot.rst, protocol 2.02) whose
 * 16-bit part writes a text to the first serial port, and any ramdisk.
 */
export function tinyPair(
  directory: string,
  text: string,
): { directory: string; record: Pick<ArtifactRecord, "files" | "inputs"> } {
  const kernel = Buffer.alloc(4096);
  // One sector of setup after the boot sector; jmp over the header; loaded high.
  kernel.set([1], 0x1f1);
  kernel.set([0x55, 0xaa, 0xeb, 0x3e], 0x1fe);
  kernel.write("HdrS", 0x202);
  kernel.set([0x02, 0x02], 0x206);
  kernel.set([1], 0x211);
  // mov ax, cs; the segment begins with the setup.
  kernel.set(say(text, [0x8c, 0xc8], 0x40, "waits"), 0x240);
  const ramdisk = Buffer.from("070701 nothing");
  writeFileSync(join(directory, "deploy.kernel"), kernel);
  writeFileSync(join(directory, "deploy.initramfs"), ramdisk);
  const files = {
    kernel: artifactFile("deploy.kernel", kernel, "aki"),
    ramdisk: artifactFile("deploy.initramfs", ramdisk, "ari"),
  };
  const pins = { kernelSha256: "0".repeat(64), initramfsSha256: "0".repeat(64) };
  const inputs = { kind: "deploy-download", architecture: "amd64", fingerprintVersion: 1, ...pins } as const;
  return { directory, record: { files, inputs } };
}

/** Code and text. The first instruction puts the segment into ax; `origin` is where in it the code lies. */
function say(text: string, segment: readonly number[], origin: number, ending: keyof typeof endings): Buffer {
  const head = segment.length + 5;
  // mov ds, ax; mov si, text; next: lodsb; test al, al; jz ending; mov dx, 0x3f8; out dx, al; jmp next
  const rest = [0xac, 0x84, 0xc0, 0x74, 0x06, 0xba, 0xf8, 0x03, 0xee, 0xeb, 0xf5, ...endings[ending]];
  const place = origin + head + rest.length;
  const code = [...segment, 0x8e, 0xd8, 0xbe, place & 0xff, place >> 8, ...rest];
  return Buffer.concat([Buffer.from(code), Buffer.from(`${text}\0`, "latin1")]);
}

function artifactFile<F extends ArtifactFile["format"]>(name: string, { length: size }: Buffer, format: F) {
  return { name, size, sha256: "0".repeat(64), sha512: "0".repeat(128), format, virtualSize: size };
}
