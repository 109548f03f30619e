import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootImage } from "../../core/boot/boot.ts";
import type { Accelerator } from "../../core/boot/command.ts";
import type { Accepting } from "./accepting.ts";
import { availableNode } from "./available-node.ts";
import { startMachine, type Machine } from "./machine.ts";
import { agentArguments } from "./machine-command.ts";
import { newNode, type NodeFirmware } from "./new-node.ts";
import { failed, passed, type Outcome } from "./outcome.ts";
import type { StackImage } from "./stack-ids.ts";
import { waitForState } from "./wait-for-state.ts";

/** What came of a full deploy, and how long it took. */
export interface Deployed {
  readonly outcome: Outcome;
  /** What the machine ran on, if one was started. */
  readonly accelerator?: Accelerator;
  /** From the request to `active`. */
  readonly deploySeconds?: number;
  /** From power-on to the login prompt. */
  readonly bootSeconds?: number;
}

/** Limits in seconds. Without KVM, and with both processors busy, a deploy takes ten minutes. */
const limits = { deploy: 2_400, silence: 300, powerOff: 60, tearDown: 120, bootSilence: 900 };

/**
 * A deploy onto a machine with an empty disk: it boots our deploy images over the network, the agent writes the image, Ironic says `active`, and the machine boots from its
 * disk to a login prompt. Logs stay in `directory`.
 */
export async function fullPart(
  accepting: Accepting,
  image: StackImage,
  { directory, rootGiB, firmware, filesPort, keepDisk }: FullRequest,
): Promise<Deployed> {
  const { ironic, signal } = accepting;
  await mkdir(directory, { recursive: true });
  const address = accepting.nextAddress();
  // The agent writes to a disk of 4 GiB or more (ironic_python_agent/hardware.py, get_os_install_device), and adds partitions.
  const machine = await startMachine({ directory, diskGiB: Math.max(rootGiB, 4) + 2, address, filesPort, firmware });
  const { accelerator } = machine;
  try {
    const start = performance.now();
    const name = `full-${image.imageId}`;
    const request = { name, image, deploy: accepting.deploy, deployInterface: "direct", firmware, rootGiB } as const;
    const kernelArguments = agentArguments(machine.agentPort);
    const nodeId = await availableNode(accepting, newNode({ ...request, kernelArguments }), address);
    await ironic.change(nodeId, "active");
    const ready = await waitForState(ironic, nodeId, ["wait call-back", "deploy failed"], { signal });
    if (ready.provision_state !== "wait call-back") return { outcome: failed("prepare", ready.last_error ?? "") };
    await machine.go();
    const written = await watchDeploy(accepting, machine, nodeId);
    if (!written.passed) return { accelerator, outcome: written };
    const deploySeconds = (performance.now() - start) / 1000;
    await powerOff(machine);
    return { accelerator, deploySeconds, ...(await bootFromDisk(machine, directory, firmware, accepting)) };
  } finally {
    await machine.end();
    if (!keepDisk) await rm(machine.disk, { force: true });
  }
}

export interface FullRequest {
  /** For this image alone. */
  readonly directory: string;
  readonly rootGiB: number;
  readonly firmware: NodeFirmware;
  /** Port on 127.0.0.1 of what nodes fetch. */
  readonly filesPort: number;
  /** Leave the disk, gigabytes. */
  readonly keepDisk: boolean;
}

/** Until the node is active. */
async function watchDeploy({ ironic, say, signal }: Accepting, machine: Machine, nodeId: string): Promise<Outcome> {
  const start = performance.now();
  let called = false;
  let offSince: number | undefined;
  for (;;) {
    const { provision_state: state, last_error: why, deploy_step: step } = await ironic.get(nodeId);
    const line = await machine.lastLine();
    // The first step, `deploy`, ends when the agent has called (ironic/drivers/modules/agent.py).
    called ||= step?.step !== undefined && step.step !== "deploy";
    say(`${called ? (step?.step ?? "the agent ends") : "waiting for the agent"}: ${shown(line)}`);
    if (state === "active") return passed;
    if (state === "deploy failed") return failed("write", why ?? "Ironic does not say why");
    if (!machine.running) offSince ??= performance.now();
    const offSeconds = offSince === undefined ? 0 : (performance.now() - offSince) / 1000;
    const stuck = stuckReason(machine, { called, offSeconds, seconds: (performance.now() - start) / 1000 });
    if (stuck !== undefined) return failed(called ? "write" : "network-boot", `${stuck}; its last line: ${line}`);
    await sleep(1000, undefined, { signal });
  }
}

/** Why there is nothing to wait for any more; undefined while there is. */
export function stuckReason(
  machine: Pick<Machine, "hopeless" | "running" | "silentFor">,
  { called, offSeconds, seconds }: { called: boolean; offSeconds: number; seconds: number },
): string | undefined {
  // The agent's last act is to switch off, and Ironic says `active` seconds after that (step tear_down_agent of the agent's deploy interface).
  if (!machine.running) return called && offSeconds < limits.tearDown ? undefined : "the machine switched itself off";
  if (machine.hopeless !== undefined) return machine.hopeless;
  // While it writes, the agent has nothing to say.
  if (!called && machine.silentFor > limits.silence * 1000) return `the machine said nothing for ${limits.silence} s`;
  return seconds > limits.deploy ? `Ironic was not done after ${limits.deploy} s` : undefined;
}

/** The agent switches the machine off once everything is on the disk. */
async function powerOff(machine: Machine): Promise<void> {
  for (let waited = 0; machine.running && waited < limits.powerOff; waited += 1) await sleep(1000);
  await machine.end();
}

async function bootFromDisk(
  machine: Machine,
  directory: string,
  firmware: NodeFirmware,
  { say, signal }: Accepting,
): Promise<Pick<Deployed, "outcome" | "bootSeconds">> {
  const scratch = join(directory, "boot");
  await mkdir(scratch);
  const result = await bootImage({
    directory,
    record: {
      files: { image: { name: "disk.qcow2", format: "qcow2" } },
      inputs: { kind: "whole-disk", architecture: "amd64", firmware },
    },
    scratch,
    // Its kernel may be told nothing of a serial console, and is not heard until the login prompt then.
    silenceSeconds: limits.bootSilence,
    accelerator: machine.accelerator,
    onProgress: (line) => {
      say(`from its disk: ${shown(line)}`);
    },
    signal,
  });
  if (result.booted) return { outcome: passed, bootSeconds: result.seconds };
  return { outcome: failed(result.systemSpoke ? "boot" : "silence", result.why ?? "no login prompt") };
}

/** As much of a console's line as a progress line takes; the kernel's time stamp is no news. */
function shown(line: string): string {
  return line.replace(/^\[ *\d+\.\d+\] /, "").slice(0, 72);
}
