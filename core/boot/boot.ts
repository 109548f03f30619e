import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa, ExecaError } from "execa";
import tmp from "tmp";
import type { ArtifactRecord } from "../artifacts/record.ts";
import { IronicImagesError } from "../errors.ts";
import { chooseAccelerator, type Accelerator } from "./accelerator.ts";
import { bootCommand, needsUefi, type BootRequest } from "./command.ts";
import { prepareUefi } from "./firmware.ts";
import { SerialLog } from "./serial-log.ts";

export interface BootOptions extends Pick<BootRequest, "processors" | "memoryMiB" | "network" | "kernelArguments"> {
  /** Directory of the artifact. */
  readonly directory: string;
  readonly record: Pick<ArtifactRecord, "files" | "inputs">;
  /** What the end of the serial log says when the guest is up; default a login prompt, of deploy images {@link agentStart}. */
  readonly success?: RegExp;
  /** Seconds without new serial output after which the guest counts as stuck; default 180. */
  readonly silenceSeconds?: number;
  /** Seconds for the whole boot; default 1800. */
  readonly limitSeconds?: number;
  /** Default: KVM if it works here, otherwise TCG. */
  readonly accelerator?: Accelerator;
  /** Called twice a second with the last line that the guest said. */
  readonly onProgress?: (line: string, seconds: number) => void;
  /** Ends QEMU, and makes {@link bootImage} throw its reason. */
  readonly signal?: AbortSignal;
}

export interface BootResult {
  readonly booted: boolean;
  /** From QEMU's start to the answer. */
  readonly seconds: number;
  readonly accelerator: Accelerator;
  /** The end of what the guest said, as plain text. */
  readonly serialLog: string;
  /** Why it did not boot, in one line. */
  readonly why?: string;
}

/** `host login: ` without a newline is the last thing that a guest says. */
const loginPrompt = /login: $/m;
/** What ironic-python-agent logs when it starts (ironic_python_agent/agent.py, IronicPythonAgent.run). */
export const agentStart = /Starting ironic-python-agent version: (\S+)/;
const pollEvery = 500;
/** A guest that says more than this, in bytes, is going round in circles. */
const serialLimit = 64 * 1024 * 1024;

/**
 * Boots an artifact in QEMU, an image on a copy-on-write overlay, and watches its serial console. A partition image is started with its kernel and ramdisk, a
 * whole-disk image by its own boot loader; deploy images are kernel and ramdisk alone. Leaves no process and no file.
 * @throws IronicImagesError `host-tool-missing`, `boot-unsupported`, `boot-failed` if there is nothing to start QEMU with
 */
export async function bootImage(options: BootOptions): Promise<BootResult> {
  const { inputs } = options.record;
  if (inputs.architecture !== "amd64")
    throw new IronicImagesError(
      "boot-unsupported",
      `The boot test runs amd64 images, and this one is ${inputs.architecture}; boot it on such a machine`,
    );
  options.signal?.throwIfAborted();
  const { name: scratch } = tmp.dirSync({ prefix: "ironic-images-boot" });
  try {
    return await bootIn(scratch, options);
  } finally {
    // Nothing is ever mounted here.
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function bootIn(scratch: string, options: BootOptions): Promise<BootResult> {
  const { signal, onProgress, silenceSeconds = 180, limitSeconds = 1800 } = options;
  const { success = isDeploy(options.record) ? agentStart : loginPrompt } = options;
  await requireQemu();
  const accelerator = options.accelerator ?? (await chooseAccelerator(scratch));
  const serialLog = join(scratch, "serial.log");
  const command = bootCommand({ ...options, ...(await guestFiles(scratch, options)), serialLog, accelerator });
  // QEMU ends with this process, also when this one is killed.
  const qemu = execa("setpriv", ["--pdeathsig", "KILL", "--", ...command], {
    reject: false,
    stdin: "ignore",
    stdout: "ignore",
    maxBuffer: 1_000_000,
  });
  const log = new SerialLog(serialLog);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let ended = false;
  void qemu.finally(() => {
    ended = true;
  });
  let why: string | undefined;
  try {
    for (let lastOutput = 0; why === undefined;) {
      // Asked before the log is read: what it says last is still seen.
      const over = ended;
      if (await log.poll()) lastOutput = seconds();
      const { text } = log;
      if (text.search(success) >= 0) break;
      onProgress?.(text.trimEnd().split("\n").at(-1) ?? "", seconds());
      if (over) why = `QEMU ended by itself: ${(await qemu).stderr.trim() || "the guest switched itself off"}`;
      else if (seconds() - lastOutput > silenceSeconds) why = `the guest said nothing for ${silenceSeconds} s`;
      else if (seconds() > limitSeconds) why = `the guest was not up after ${limitSeconds} s`;
      else if (log.size > serialLimit) why = `the guest wrote more than ${serialLimit} bytes to its console`;
      else await sleep(pollEvery, undefined, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    qemu.kill("SIGKILL");
    await qemu;
    await log.close();
  }
  const result = { booted: why === undefined, seconds: seconds(), accelerator, serialLog: log.text };
  return why === undefined ? result : { ...result, why };
}

function isDeploy({ inputs }: BootOptions["record"]): boolean {
  return inputs.kind === "deploy-build" || inputs.kind === "deploy-download";
}

async function requireQemu(): Promise<void> {
  const { failed } = await execa("qemu-system-x86_64", ["--version"], { reject: false });
  if (failed)
    throw new IronicImagesError(
      "host-tool-missing",
      "qemu-system-x86_64 is not on this machine; install it (Debian: qemu-system-x86)",
    );
}

/** Makes the overlay and, where needed, the firmware's variables. */
async function guestFiles(
  scratch: string,
  { directory, record }: BootOptions,
): Promise<Pick<BootRequest, "overlay" | "direct" | "uefi">> {
  const { image, kernel, ramdisk } = record.files;
  const direct =
    kernel === undefined || ramdisk === undefined
      ? undefined
      : { kernel: resolve(directory, kernel.name), ramdisk: resolve(directory, ramdisk.name) };
  if (isDeploy(record) && direct !== undefined) return { direct };
  if (image === undefined) throw new IronicImagesError("boot-failed", `The artifact in ${directory} has no image`);
  const overlay = join(scratch, "overlay.qcow2");
  try {
    await execa("qemu-img", [
      "create",
      "-q",
      "-f",
      "qcow2",
      "-b",
      resolve(directory, image.name),
      "-F",
      image.format,
      overlay,
    ]);
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT")
      throw new IronicImagesError(
        "host-tool-missing",
        "qemu-img is not on this machine; install it (Debian: qemu-utils)",
        "",
        { cause: error },
      );
    throw new IronicImagesError(
      "boot-failed",
      `There can be no overlay over ${resolve(directory, image.name)}`,
      error.shortMessage,
      { cause: error },
    );
  }
  const uefi = needsUefi(record.inputs) ? await prepareUefi(scratch) : undefined;
  return { overlay, ...(uefi === undefined ? {} : { uefi }), ...(direct === undefined ? {} : { direct }) };
}
