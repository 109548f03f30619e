import type { RecipeContent } from "../recipe/content.ts";
import type { Accelerator } from "./accelerator.ts";

/** Files of the UEFI firmware OVMF. */
export interface UefiFirmware {
  /** Code, read only. */
  readonly code: string;
  /** Variables, written by the guest: a copy of the template that belongs to `code`. */
  readonly variables: string;
}

/** One boot of an image in QEMU; all paths absolute. */
export interface BootRequest {
  /** A qcow2 overlay over the image, which itself is never written. */
  readonly overlay: string;
  /** Kernel and ramdisk of a partition image, as Ironic boots it over the network; absent for a whole-disk image, which boots by itself. */
  readonly partition?: { readonly kernel: string; readonly ramdisk: string };
  /** Needed for whole-disk images made for UEFI; otherwise SeaBIOS. */
  readonly uefi?: UefiFirmware;
  /** Where QEMU writes what the guest says on its first serial port. */
  readonly serialLog: string;
  readonly accelerator: Accelerator;
  /** Virtual processors; default 2. */
  readonly processors?: number;
  /** Default 1024. */
  readonly memoryMiB?: number;
  /** `restricted`, the default: a NIC with DHCP and no way out, because guests without a network wait minutes for one. */
  readonly network?: "none" | "restricted";
  /** Appended to the kernel's command line of a partition image. */
  readonly kernelArguments?: readonly string[];
}

/** The processor that the guest sees. Without KVM: the oldest that today's distributions run on (x86-64-v2), because newer instructions are slow in TCG. */
const processor = { kvm: "host", tcg: "Nehalem" } as const satisfies Record<Accelerator, string>;

/** The QEMU command of a boot, beginning with the program. */
export function bootCommand(request: BootRequest): string[] {
  const { partition, uefi, accelerator, processors = 2, memoryMiB = 1024, network = "restricted" } = request;
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
    ...["-drive", `if=virtio,format=qcow2,cache=unsafe,file=${optionValue(request.overlay)}`],
    ...(partition === undefined
      ? []
      : [
          ...["-kernel", partition.kernel],
          ...["-initrd", partition.ramdisk],
          ...["-append", ["root=/dev/vda", "rw", "console=ttyS0", ...(request.kernelArguments ?? [])].join(" ")],
        ]),
    // Guests wait for randomness at their first boot.
    ...["-device", "virtio-rng-pci"],
    ...(network === "none" ? ["-nic", "none"] : ["-nic", "user,restrict=on,model=virtio-net-pci"]),
    ...["-chardev", `file,id=serial,path=${optionValue(request.serialLog)}`],
    ...["-serial", "chardev:serial"],
  ];
}

/** True if such an image boots through UEFI firmware. Kernel and ramdisk of a partition image need none. */
export function needsUefi(inputs: Pick<RecipeContent, "kind" | "firmware">): boolean {
  return inputs.kind === "whole-disk" && inputs.firmware === "uefi";
}

/** In QEMU's option lists a comma ends a value, and two of them are one. */
function optionValue(path: string): string {
  return path.replaceAll(",", ",,");
}
