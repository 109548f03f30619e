import { z } from "zod";
import { kernelCommandLine } from "../boot/command.ts";
import { bootTestDefaults } from "../boot/settings.ts";
import { kernelEcho, kernelPanic } from "../boot/signs.ts";
import { field, text } from "./fields.ts";
import type { Problem } from "./problems.ts";
import { bootMarker, kernelArgument } from "./text.ts";

const seconds = z.int().min(1).max(86_400);

/** `bootTest` of a user image or of deploy images. */
export const bootTest = field(
  "cloud",
  "Boot the image in QEMU before it is published, and do not publish one that does not boot. `{}` takes all defaults. amd64 only.",
  z
    .strictObject({
      marker: text(bootMarker)
        .describe(
          "Text on the serial console, after the kernel's first, that says that the image is up. Default: a login prompt, of deploy images the agent's start.",
        )
        .optional(),
      silenceSeconds: seconds
        .describe(
          `Seconds without new text on the serial console after which the image does not boot; ${bootTestDefaults.silenceSeconds} by default. At most limitSeconds.`,
        )
        .optional(),
      limitSeconds: seconds
        .describe(`Seconds for the whole boot; ${bootTestDefaults.limitSeconds} by default.`)
        .optional(),
      memoryMiB: z
        .int()
        .min(64)
        .max(1_000_000)
        .describe(
          `Memory of the virtual machine, MiB; ${bootTestDefaults.memoryMiB} by default, for deploy images ${bootTestDefaults.deployMemoryMiB}.`,
        )
        .optional(),
      processors: z
        .int()
        .min(1)
        .max(64)
        .describe(`Processors of the virtual machine; ${bootTestDefaults.processors} by default.`)
        .optional(),
      network: z
        .enum(["none", "isolated"])
        .describe(
          "`isolated`, the default, is a NIC with DHCP and nothing in reach, because many systems wait minutes for an address. `none` is no NIC.",
        )
        .optional(),
      kernelArguments: z
        .array(text(kernelArgument))
        .describe("Further arguments of the kernel. Not for whole-disk images, whose boot loader gives them.")
        .optional(),
    })
    .optional(),
);

/** `bootTest` as it is written. */
type Written = z.infer<typeof bootTest>;

/** What the schema of the field cannot see. Paths start with `bootTest`. */
export function bootTestProblems(
  written: Written,
  image: { readonly architecture: string; readonly kind: string },
): Problem[] {
  if (written === undefined) return [];
  const { marker, kernelArguments, silenceSeconds, limitSeconds = bootTestDefaults.limitSeconds } = written;
  const problems: Problem[] = [];
  if (image.architecture !== "amd64") {
    problems.push({
      path: ["bootTest"],
      message: `runs amd64 images only, and this one is ${image.architecture}: leave the key out`,
    });
  }
  if (image.kind === "whole-disk" && kernelArguments !== undefined) {
    problems.push({
      path: ["bootTest", "kernelArguments"],
      message: "a whole-disk image gets them from its own boot loader: leave the key out",
    });
  }
  // Its default may be above a short limit: nobody relies on it then.
  if (silenceSeconds !== undefined && silenceSeconds > limitSeconds) {
    problems.push({
      path: ["bootTest", "silenceSeconds"],
      message: `${silenceSeconds} never pass in a boot of limitSeconds ${limitSeconds} in all: lower this one or raise that one`,
    });
  }
  const line = marker === undefined ? undefined : kernelLine(marker, image.kind, kernelArguments);
  if (line !== undefined) {
    problems.push({
      path: ["bootTest", "marker"],
      message: `stands in a line that every kernel writes to the console (${JSON.stringify(line)}), where it says nothing: choose another text`,
    });
  }
  return problems;
}

/** The line of any kernel, up or not, that has this marker in it. */
function kernelLine(marker: string, kind: string, further: readonly string[] | undefined): string | undefined {
  // The boot loader of a whole-disk image gives arguments that nobody knows here.
  const given = kind === "whole-disk" ? "" : kernelCommandLine(kind === "partition", further);
  const lines = [`Kernel command line: ${given}`, "Linux version ", "Kernel panic - not syncing: "];
  if (kernelEcho.test(marker) || kernelPanic.test(marker)) return marker;
  return lines.find((line) => line.includes(marker));
}
