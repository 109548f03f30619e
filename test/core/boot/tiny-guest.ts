import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactRecord } from "../../../core/artifacts/record.ts";
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
  // xor ax, ax; mov ds, ax; mov si, text; next: lodsb; test al, al; jz ending; mov dx, 0x3f8; out dx, al; jmp next
  const code = [
    0x31,
    0xc0,
    0x8e,
    0xd8,
    0xbe,
    0,
    0x7c,
    0xac,
    0x84,
    0xc0,
    0x74,
    0x06,
    0xba,
    0xf8,
    0x03,
    0xee,
    0xeb,
    0xf5,
    ...endings[ending],
  ];
  code[5] = code.length;
  // The BIOS boots from no virtio disk of one sector only.
  const disk = Buffer.alloc(1024 * 1024);
  disk.set(code);
  disk.write(text, code.length, "latin1");
  disk.set([0x55, 0xaa], 510);
  writeFileSync(join(directory, "my-image.raw"), disk);
  const size = disk.length;
  const image = {
    name: "my-image.raw",
    size,
    sha256: "0".repeat(64),
    sha512: "0".repeat(128),
    format: "raw",
    virtualSize: size,
  } as const;
  return { directory, record: { files: { image }, inputs: wholeDiskInputs } };
}
