import { join } from "node:path";
import { execa, type Result } from "execa";
import { chooseAccelerator } from "../../core/boot/accelerator.ts";
import { endsWithUs, type Accelerator } from "../../core/boot/command.ts";
import { prepareUefi } from "../../core/boot/firmware.ts";
import { SerialLog } from "../../core/boot/serial-log.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { AgentConsole } from "./agent-console.ts";
import { machineCommand } from "./machine-command.ts";
import { monitor } from "./monitor.ts";
import type { NodeFirmware } from "./new-node.ts";

/** What the agent takes while an image streams through it, its ramdisk included. */
const memoryMiB = 5120;

/** A machine with an empty disk, held before its first instruction. It ends with this process, also when this one is killed. */
export interface Machine {
  /** Absolute path of its disk, qcow2. */
  readonly disk: string;
  readonly accelerator: Accelerator;
  /** Port on 127.0.0.1 that leads to its agent. */
  readonly agentPort: number;
  /** Lets it boot over the network. */
  go(): Promise<void>;
  /** Whether it is still running. */
  readonly running: boolean;
  /** The last line on its console. */
  lastLine(): Promise<string>;
  /** Why its console says that no agent will call, as far as {@link Machine.lastLine} has read it. */
  readonly hopeless: string | undefined;
  /** Milliseconds since it last said something. */
  readonly silentFor: number;
  end(): Promise<void>;
}

/**
 * Makes one in an empty directory, where its console is written to `console.log`.
 *
 * @param diskGiB size of its disk
 * @throws IronicImagesError `host-tool-missing`, `machine-failed`
 */
export async function startMachine(options: {
  readonly directory: string;
  readonly diskGiB: number;
  readonly address: string;
  readonly filesPort: number;
  readonly firmware: NodeFirmware;
}): Promise<Machine> {
  const { directory, diskGiB, address, filesPort, firmware } = options;
  const disk = join(directory, "disk.qcow2");
  const serialLog = join(directory, "console.log");
  await execa("qemu-img", ["create", "-q", "-f", "qcow2", disk, `${diskGiB}G`]);
  const accelerator = await chooseAccelerator(directory);
  const uefi = firmware === "uefi" ? { uefi: await prepareUefi(directory) } : {};
  const command = machineCommand({ disk, address, filesPort, serialLog, accelerator, memoryMiB, ...uefi });
  const [program = "", ...args] = [...endsWithUs, ...command];
  const qemu = execa(program, args, { reject: false, stdin: "pipe", maxBuffer: 1_000_000 });
  let running = true;
  void qemu.finally(() => {
    running = false;
  });
  const console = new AgentConsole();
  const log = new SerialLog(serialLog, (line, whole) => {
    console.hear(line, whole);
  });
  let spoke = performance.now();
  let ending: Promise<void> | undefined;
  const end = () =>
    (ending ??= (async () => {
      qemu.kill("SIGKILL");
      await qemu;
      await log.finish();
    })());
  const control = monitor(qemu.stdin, qemu.stdout);
  try {
    const agentPort = await control.forwardedPort();
    return {
      disk,
      accelerator,
      agentPort,
      go: () => control.go(),
      get running() {
        return running;
      },
      async lastLine() {
        if (await log.poll()) spoke = performance.now();
        return log.text.trimEnd().split("\n").at(-1) ?? "";
      },
      get hopeless() {
        return console.hopeless();
      },
      get silentFor() {
        return performance.now() - spoke;
      },
      end,
    };
  } catch (error) {
    await end();
    throw failure(await qemu, error);
  }
}

function failure({ stderr }: Readonly<Result>, cause: unknown): IronicImagesError {
  return new IronicImagesError("machine-failed", "QEMU did not start a machine", String(stderr) || String(cause), {
    cause,
  });
}
