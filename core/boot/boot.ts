import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa, ExecaError, type Result } from "execa";
import tmp from "tmp";
import type { ArtifactFile, ArtifactFileRole } from "../artifacts/record.ts";
import { IronicImagesError } from "../errors.ts";
import type { FingerprintInputs } from "../recipe/fingerprint.ts";
import { chooseAccelerator } from "./accelerator.ts";
import { bootCommand, endsWithUs, type Accelerator, type BootRequest } from "./command.ts";
import { prepareUefi } from "./firmware.ts";
import { BootListener } from "./listener.ts";
import { SerialLog } from "./serial-log.ts";
import { bootFirmware, bootTestDefaults, isDeploy } from "./settings.ts";
import { agentStart, anything, loginPrompt, systemSpeaks } from "./signs.ts";

/** As much of an artifact's record as a boot needs. */
export interface BootRecord {
  readonly files: Readonly<Partial<Record<ArtifactFileRole, Pick<ArtifactFile, "name" | "format">>>>;
  readonly inputs: Pick<FingerprintInputs, "kind" | "architecture"> & { readonly firmware?: "uefi" | "bios" };
}

export interface BootOptions extends Pick<BootRequest, "processors" | "memoryMiB" | "network" | "kernelArguments"> {
  /** Directory of the artifact. */
  readonly directory: string;
  readonly record: BootRecord;
  /** What a line of the console says when the guest is up, in the sense of {@link BootListener}; default a login prompt, of deploy images {@link agentStart}. */
  readonly success?: RegExp | string;
  /** Seconds without new serial output after which the guest counts as stuck; default as in {@link bootTestDefaults}. */
  readonly silenceSeconds?: number;
  /** Seconds for the whole boot; default as in {@link bootTestDefaults}. */
  readonly limitSeconds?: number;
  /** An empty directory of the caller's, who finds `serial.log` in it afterwards; default one that is gone afterwards. */
  readonly scratch?: string;
  /** Default: KVM if it works here, otherwise TCG. */
  readonly accelerator?: Accelerator;
  /** Called twice a second with the last line that the guest said. */
  readonly onProgress?: (line: string, seconds: number) => void;
  /** Ends QEMU, and makes {@link bootImage} throw its reason. */
  readonly signal?: AbortSignal;
}

export interface BootResult {
  readonly booted: boolean;
  /** Whether anything but firmware and boot loader was heard. */
  readonly systemSpoke: boolean;
  /** From QEMU's start to the answer. */
  readonly seconds: number;
  readonly accelerator: Accelerator;
  /** The end of what the guest said, as plain text. */
  readonly serialLog: string;
  /** Why it did not boot, in one line. */
  readonly why?: string;
}

const pollEvery = 500;
/** A guest that says more than this, in bytes, is going round in circles. */
const serialLimit = 64 * 1024 * 1024;

/**
 * Boots an artifact in QEMU, an image on a copy-on-write overlay, and watches its serial console. A partition image is started with its kernel and ramdisk, a
 * whole-disk image by its own boot loader; deploy images are kernel and ramdisk alone. Leaves no process, and no file but in a given scratch directory.
 * @throws IronicImagesError `host-tool-missing`, `boot-unsupported`; `boot-failed` if QEMU cannot be started or fails, which says nothing of the image
 */
export async function bootImage(options: BootOptions): Promise<BootResult> {
  const { inputs } = options.record;
  if (inputs.architecture !== "amd64")
    throw new IronicImagesError(
      "boot-unsupported",
      `The boot test runs amd64 images, and this one is ${inputs.architecture}; boot it on such a machine`,
    );
  options.signal?.throwIfAborted();
  if (options.scratch !== undefined) return await bootIn(options.scratch, options);
  const { name: scratch } = tmp.dirSync({ prefix: "ironic-images-boot" });
  try {
    return await bootIn(scratch, options);
  } finally {
    // Nothing is ever mounted here.
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function bootIn(scratch: string, options: BootOptions): Promise<BootResult> {
  const { signal, onProgress } = options;
  const { silenceSeconds = bootTestDefaults.silenceSeconds, limitSeconds = bootTestDefaults.limitSeconds } = options;
  const { success = isDeploy(options.record.inputs.kind) ? agentStart : loginPrompt } = options;
  await requireQemu();
  const accelerator = options.accelerator ?? (await chooseAccelerator(scratch));
  const serialLog = join(scratch, "serial.log");
  const files = await guestFiles(scratch, options);
  const command = bootCommand({ ...options, ...files, serialLog, accelerator });
  const [program = "", ...args] = [...endsWithUs, ...command];
  const qemu = execa(program, args, {
    reject: false,
    stdin: "ignore",
    stdout: "ignore",
    maxBuffer: 1_000_000,
  });
  const listener = new BootListener(files.direct === undefined ? systemSpeaks : anything, success);
  const log = new SerialLog(serialLog, (line, whole) => {
    listener.hear(line, whole);
  });
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
      if (listener.up) break;
      onProgress?.(log.text.trimEnd().split("\n").at(-1) ?? "", seconds());
      if (listener.panic !== undefined) why = listener.panic;
      else if (over) why = whyEnded(await qemu);
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
    await log.finish();
  }
  const { heard: systemSpoke, up: booted, panic = why } = listener;
  const result = { booted, systemSpoke, seconds: seconds(), accelerator, serialLog: log.text };
  return booted || panic === undefined ? result : { ...result, why: panic };
}

/** A guest ends QEMU only by switching itself off, and then there is no error. */
function whyEnded({ failed, stderr, shortMessage }: Readonly<Result>): string {
  if (!failed) return "QEMU ended by itself: the guest switched itself off";
  throw new IronicImagesError(
    "boot-failed",
    "QEMU failed, which says nothing of the image; mend it and run again",
    String(stderr) || String(shortMessage),
  );
}

/** @throws IronicImagesError `host-tool-missing` */
export async function requireQemu(): Promise<void> {
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
  if (isDeploy(record.inputs.kind) && direct !== undefined) return { direct };
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
  const uefi = bootFirmware(record.inputs) === "uefi" ? await prepareUefi(scratch) : undefined;
  return { overlay, ...(uefi === undefined ? {} : { uefi }), ...(direct === undefined ? {} : { direct }) };
}
