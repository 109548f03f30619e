import { kernelPanic } from "../../core/boot/signs.ts";

/**
 * That the kernel has no modules in its ramdisk: systemd's kmod-static-nodes.service looks for them, and says which kernel's it wants;
 * BusyBox's modprobe does (modutils/modprobe.c); and kmod does where it wants their index (libkmod/libkmod.c).
 */
const noModules =
  /ConditionFileNotEmpty=\/lib\/modules\/([^/\s]+)\/modules\.devname|modprobe: can't change directory to '(?:\/lib\/modules\/)?([^/'\s]+)'|could not open moddep file '\/lib\/modules\/([^/\s]+)\//;

/** A network card by its driver or its name; whoever has one speaks of it. */
const card = /\b(?:virtio_net|eth\d+|en[opsx][0-9a-z]+)\b/;
/** Seconds from the one to the other; with everything in place it is half a minute on a busy machine without KVM. */
const cardPatience = 90;

/** What systemd (units/emergency.service.in, rescue.service.in), initramfs-tools (scripts/functions, panic) and dracut say before a shell that nobody types into. */
const shell = /You are in (?:emergency|rescue) mode|Give root password for maintenance|^\(initramfs\) |^dracut:\/# /;

/** SeaBIOS (src/boot.c), OVMF (MdeModulePkg/Universal/BdsDxe/BdsEntry.c; Shell of EDK II) and iPXE's last words, with nothing left to try. */
const nothingToBoot = /^No bootable device\.|No bootable option or device was found|^UEFI Interactive Shell /;
/** iPXE and what stopped it (its error pages); the one before Ironic's script gives up says most. */
const networkBootError = /Could not (?:boot|select|start)[^:]*: .*\(https?:\/\/ipxe\.org\/[0-9a-f]{8}\)/;

/** systemd (src/core/service.c) of an agent that ends whenever it is started; the third time is no accident. */
const restarts = /ironic-python-agent\.service: Scheduled restart job, restart counter is at [3-9]/;

/** The agent, when it has looked for a card for a minute (ironic_python_agent/agent.py, _wait_for_interface). */
const noCard = /No valid network interfaces found\. Node lookup/;
/** The agent, when it has asked for five minutes who it is (ironic_python_agent/ironic_api_client.py, lookup_node). */
const unknown = /LookupNodeError|Could not look up node info/;

/**
 * What the console of a machine that boots deploy images has said so far, as far as it tells that no agent is ever going to call. Without it a
 * machine would be waited for until a limit, because systems without a network repeat what fails.
 */
export class AgentConsole {
  #withoutModules: { readonly kernel: string; readonly since: number } | undefined;
  #cardSeen = false;
  #networkBootError: string | undefined;
  #reason: string | undefined;

  /**
   * Why nobody will call, in one line; undefined while somebody may.
   *
   * @param now in milliseconds, of the same clock as in {@link hear}
   */
  hopeless(now = performance.now()): string | undefined {
    if (this.#reason !== undefined || this.#withoutModules === undefined || this.#cardSeen) return this.#reason;
    const { kernel, since } = this.#withoutModules;
    if (now - since < cardPatience * 1000) return undefined;
    return `the ramdisk has no modules for its kernel, which is ${kernel}, and the machine no network card ${cardPatience} s later`;
  }

  /**
   * Takes one line of plain text, again when more of it is known, as SerialLog tells them.
   *
   * @param whole false while more may come
   */
  hear(line: string, whole: boolean, now = performance.now()): void {
    // Prompts are lines that never end; all else is told once.
    if (shell.test(line)) this.#reason ??= `the ramdisk stopped in a shell: ${line.trim()}`;
    if (!whole) return;
    const kernel = noModules.exec(line)?.slice(1).find(Boolean);
    if (kernel !== undefined) this.#withoutModules ??= { kernel, since: now };
    this.#cardSeen ||= card.test(line);
    this.#networkBootError ??= networkBootError.exec(line)?.[0];
    if (nothingToBoot.test(line))
      this.#reason ??= `the firmware started nothing over the network: ${this.#networkBootError ?? line.trim()}`;
    this.#reason ??= kernelPanic.exec(line)?.[0];
    if (restarts.test(line)) this.#reason ??= "the agent ended three times";
    if (noCard.test(line)) this.#reason ??= "the agent saw no network card for a minute";
    if (unknown.test(line)) this.#reason ??= "the agent reached no Ironic that knows the machine";
  }
}
