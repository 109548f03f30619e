import { IronicImagesError } from "../errors.ts";
import type { BootResult } from "./boot.ts";
import type { BootFirmware, BootTestSettings } from "./settings.ts";

/**
 * What a boot test says of an image. `cannot tell`: the serial console showed firmware and boot loader at most, so nobody knows
 * what the system did.
 */
export type Verdict = "boots" | "does not boot" | "cannot tell";

/** The verdict of one boot. */
export function verdictOf(result: Pick<BootResult, "booted" | "systemSpoke">): Verdict {
  if (!result.systemSpoke) return "cannot tell";
  return result.booted ? "boots" : "does not boot";
}

/** What to name in the message of an image that is not published. */
export interface Rejected {
  /** As the person calls it. */
  readonly name: string;
  readonly verdict: Exclude<Verdict, "boots">;
  readonly result: Pick<BootResult, "why" | "serialLog" | "accelerator" | "seconds">;
  readonly firmware: BootFirmware;
  readonly settings: Pick<BootTestSettings, "marker">;
  /** Absolute; of the whole console. */
  readonly logPath: string;
}

/** Lines of the console that a message shows. */
const shownLines = 20;

/** Why an image is not published, with the end of its console. */
export function rejection({ name, verdict, result, firmware, settings, logPath }: Rejected): IronicImagesError {
  const run = `${Math.round(result.seconds)} s, ${result.accelerator}`;
  const wanted = settings.marker === undefined ? "" : `, and its system did not say ${JSON.stringify(settings.marker)}`;
  const stays = `nothing of it is published, and what is published stays; the whole console: ${logPath}`;
  const summary =
    verdict === "does not boot"
      ? `${name} does not boot: ${result.why ?? ""} (${run})${wanted}; ${stays}`
      : `Whether ${name} boots cannot be told: its kernel said nothing on the first serial port, ttyS0 (${result.why ?? ""}; ${run})${wanted}; ${advice[firmware]}; ${stays}`;
  const end = lastLines(result.serialLog);
  const details = end === "" ? "The console is empty." : `The end of the console:\n${end}`;
  return new IronicImagesError(
    verdict === "does not boot" ? "boot-test-failed" : "boot-test-unclear",
    summary,
    details,
  );
}

const throughLoader = "add the element enable-serial-console to the recipe";
const advice: Readonly<Record<BootFirmware, string>> = {
  bios: throughLoader,
  uefi: throughLoader,
  direct:
    "it was told to with console=ttyS0, so look whether the kernel is one of this architecture with a driver of the port (CONFIG_SERIAL_8250_CONSOLE), or set bootTest.kernelArguments",
};

function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-shownLines).join("\n");
}
