import { access, constants, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { endsWithUs, type Accelerator } from "./command.ts";

/** Milliseconds that the probe's guest may take; it takes a third of a second even under emulation. */
const patience = 2_000;
/** A virtualization that hangs does not hang every time, and falling back to emulation costs minutes, not the answer. */
const probes = 2;

/** What the probe's guest makes QEMU exit with: isa-debug-exit gives (value << 1) | 1. */
const guestValue = 0x10;

/**
 * A boot sector that does nothing but end QEMU: mov al, 0x10; out 0xf4, al; hlt; jmp to hlt.
 */
const bootSector = Buffer.alloc(512);
bootSector.set([0xb0, guestValue, 0xe6, 0xf4, 0xf4, 0xeb, 0xfd]);
bootSector.set([0x55, 0xaa], 510);

/**
 * KVM if a guest really runs on it, otherwise TCG: in nested virtualization /dev/kvm can be there and hang every guest.
 * @param directory for one small file
 */
export async function chooseAccelerator(
  directory: string,
  device = "/dev/kvm",
  probe: typeof runsGuest = runsGuest,
): Promise<Accelerator> {
  try {
    await access(device, constants.R_OK | constants.W_OK);
  } catch {
    return "tcg";
  }
  for (let tried = 0; tried < probes; tried += 1) {
    if (!(await probe("kvm", directory))) return "tcg";
  }
  return "kvm";
}

/** True if a minimal guest runs to its end on this accelerator. */
export async function runsGuest(accelerator: Accelerator, directory: string): Promise<boolean> {
  const disk = join(directory, `probe-${accelerator}.img`);
  await writeFile(disk, bootSector);
  const [program = "", ...args] = [...endsWithUs, ...probeCommand(accelerator, disk)];
  const result = await execa(program, args, {
    reject: false,
    stdin: "ignore",
    timeout: patience,
    killSignal: "SIGKILL",
  });
  return result.exitCode === ((guestValue << 1) | 1);
}

function probeCommand(accelerator: Accelerator, disk: string): string[] {
  return [
    "qemu-system-x86_64",
    "-nodefaults",
    ...["-display", "none", "-accel", accelerator, "-m", "32", "-nic", "none"],
    ...["-device", "isa-debug-exit,iobase=0xf4,iosize=4"],
    ...["-drive", `if=ide,format=raw,file=${disk.replaceAll(",", ",,")}`],
  ];
}
