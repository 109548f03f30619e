import { processor, type Accelerator, type UefiFirmware } from "../../core/boot/command.ts";
import { optionValue } from "../../core/boot/option-value.ts";
import { hostSeenByNode, nodeNetwork } from "./ironic-conf.ts";

/** The port on which an agent listens, unless told otherwise (ironic_python_agent/config.py). */
const agentPort = 9999;

/** A machine that boots over the network; all paths absolute. */
export interface MachineRequest {
  /** A qcow2 image, empty at first. */
  readonly disk: string;
  /** MAC address of its network card. */
  readonly address: string;
  /** On 127.0.0.1: what nodes fetch. */
  readonly filesPort: number;
  readonly serialLog: string;
  readonly accelerator: Accelerator;
  readonly memoryMiB: number;
  readonly uefi?: UefiFirmware;
}

/**
 * The QEMU command of a machine that waits to be let go, beginning with the program. Its monitor is on standard input and output (QMP). DHCP hands it Ironic's boot
 * script; a port of the kernel's choice on 127.0.0.1 leads to its agent. It ends when the guest wants to start again or switches itself off.
 */
export function machineCommand(request: MachineRequest): string[] {
  const { disk, address, filesPort, serialLog, accelerator, memoryMiB, uefi } = request;
  const bootFile = `http://${hostSeenByNode}:${filesPort}/boot.ipxe`;
  const network = `net=${nodeNetwork},host=${hostSeenByNode},bootfile=${bootFile},hostfwd=tcp:127.0.0.1:0-:${agentPort}`;
  return [
    "qemu-system-x86_64",
    "-S",
    "-nodefaults",
    "-no-reboot",
    ...["-display", "none"],
    // SeaBIOS writes to the serial port too then, and iPXE through it: minutes that would be silent otherwise.
    ...["-machine", "q35,graphics=off"],
    ...["-accel", accelerator === "tcg" ? "tcg,thread=multi" : "kvm"],
    ...["-cpu", processor[accelerator]],
    ...["-smp", "2"],
    ...["-m", String(memoryMiB)],
    ...(uefi === undefined
      ? []
      : [
          ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${optionValue(uefi.code)}`],
          ...["-drive", `if=pflash,unit=1,format=raw,file=${optionValue(uefi.variables)}`],
        ]),
    ...["-drive", `if=none,id=disk,format=qcow2,cache=unsafe,discard=unmap,file=${optionValue(disk)}`],
    ...["-device", "virtio-blk-pci,drive=disk"],
    ...["-netdev", `user,id=network,${network}`],
    ...["-device", `virtio-net-pci,netdev=network,mac=${address},bootindex=0`],
    ...["-device", "VGA"],
    ...["-device", "virtio-rng-pci"],
    ...["-chardev", `file,id=serial,path=${optionValue(serialLog)}`],
    ...["-serial", "chardev:serial"],
    ...["-qmp", "stdio"],
  ];
}

/** Arguments of the deploy kernel: the agent speaks on the serial console, and tells Ironic where to find it. */
export function agentArguments(forwardedPort: number): string[] {
  return [
    "console=ttyS0",
    "nofb",
    // An emulated timer can be so late on a busy host that the kernel takes it for broken, and panics (arch/x86/kernel/apic/io_apic.c, check_timer).
    "no_timer_check",
    // Our Ironic speaks HTTP without TLS, on loopback.
    "ipa-insecure=1",
    "ipa-debug=1",
    "ipa-advertise-host=127.0.0.1",
    `ipa-advertise-port=${forwardedPort}`,
    "systemd.journald.forward_to_console=yes",
  ];
}
