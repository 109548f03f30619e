import { optionValue } from "./option-value.ts";
import { bootTestDefaults } from "./settings.ts";

/** What QEMU runs a guest on: the processor's virtualization, or emulation, which works everywhere. */
export type Accelerator = "kvm" | "tcg";

/** Files of the UEFI firmware OVMF. */
export interface UefiFirmware {
  /** Code, read only. */
  readonly code: string;
  /** Variables, written by the guest: a copy of the template that belongs to `code`. */
  readonly variables: string;
}

/** One boot of an image in QEMU; all paths absolute. */
export interface BootRequest {
  /** A qcow2 overlay over the image, which itself is never written; absent for deploy images, which are all in memory. */
  readonly overlay?: string;
  /** Kernel and ramdisk, as Ironic boots them over the network; absent for a whole-disk image, which boots by itself. */
  readonly direct?: { readonly kernel: string; readonly ramdisk: string };
  /** Needed for whole-disk images made for UEFI; otherwise SeaBIOS. */
  readonly uefi?: UefiFirmware;
  /** Where QEMU writes what the guest says on its first serial port. */
  readonly serialLog: string;
  readonly accelerator: Accelerator;
  /** Virtual processors. These and the following have the defaults of {@link bootTestDefaults}. */
  readonly processors?: number;
  readonly memoryMiB?: number;
  /** `isolated`: a NIC with DHCP and no way out, because guests without a network wait minutes for one. */
  readonly network?: "none" | "isolated";
  /** Appended to the kernel's command line, where there is one. */
  readonly kernelArguments?: readonly string[];
}

/** What QEMU is started through: it ends with this process, also when this one is killed. */
export const endsWithUs = ["setpriv", "--pdeathsig", "KILL", "--"] as const;

/** The processor that the guest sees. Without KVM: the oldest that today's distributions run on (x86-64-v2), because newer instructions are slow in TCG. */
export const processor = { kvm: "host", tcg: "Nehalem" } as const satisfies Record<Accelerator, string>;

/** The QEMU command of a boot, beginning with the program. */
export function bootCommand(request: BootRequest): string[] {
  const { overlay, direct, uefi, accelerator, processors = bootTestDefaults.processors } = request;
  const { memoryMiB = bootTestDefaults[overlay === undefined ? "deployMemoryMiB" : "memoryMiB"] } = request;
  const { network = bootTestDefaults.network } = request;
  return [
    "qemu-system-x86_64",
    "-nodefaults",
    ...["-display", "none"],
    ...["-machine", uefi === undefined ? "pc" : "q35"],
    ...["-accel", accelerator === "tcg" ? "tcg,thread=multi" : "kvm"],
    ...["-cpu", processor[accelerator]],
    ...["-smp", String(processors)],
    ...["-m", String(memoryMiB)],
    ...(uefi === undefined
      ? []
      : [
          ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${optionValue(uefi.code)}`],
          ...["-drive", `if=pflash,unit=1,format=raw,file=${optionValue(uefi.variables)}`],
        ]),
    ...(overlay === undefined ? [] : ["-drive", `if=virtio,format=qcow2,cache=unsafe,file=${optionValue(overlay)}`]),
    ...(direct === undefined
      ? []
      : [
          ...["-kernel", direct.kernel],
          ...["-initrd", direct.ramdisk],
          ...["-append", kernelCommandLine(overlay !== undefined, request.kernelArguments)],
        ]),
    // Servers have one, and GRUB's usual terminal, gfxterm, waits for ever where there is none.
    ...(direct === undefined ? ["-device", "VGA"] : []),
    // Guests wait for randomness at their first boot.
    ...["-device", "virtio-rng-pci"],
    ...(network === "none" ? ["-nic", "none"] : ["-nic", "user,restrict=on,model=virtio-net-pci"]),
    ...["-chardev", `file,id=serial,path=${optionValue(request.serialLog)}`],
    ...["-serial", "chardev:serial"],
  ];
}

/**
 * What a kernel is started with, a person's arguments last. A partition image has its root on the disk. Without Ironic the agent of
 * a deploy image starts and waits if it is told to stand alone.
 */
export function kernelCommandLine(hasDisk: boolean, further: readonly string[] = []): string {
  const own = hasDisk
    ? ["root=/dev/vda", "rw", "console=ttyS0"]
    : ["console=ttyS0", "systemd.journald.forward_to_console=1", "ipa-standalone=1"];
  return [...own, ...further].join(" ");
}
