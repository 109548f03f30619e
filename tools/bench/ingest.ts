import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { artifactsDirectory } from "../../core/artifacts/names.ts";
import { miniatureInitramfs } from "../../test/support/miniature/initramfs.ts";
import { miniatureKernel } from "../../test/support/miniature/kernel.ts";
import type { Bench } from "./bench.ts";
import { makeImage } from "./inspect-samples.ts";
import { inPairs, milliseconds } from "./pairs.ts";
import { runClient } from "./run-client.ts";
import type { SampleFiles } from "./samples.ts";

/** A partition image of about that size, with kernel and ramdisk in miniature, in a new directory. */
export async function sampleTriple(directory: string, bytes: number): Promise<Required<SampleFiles>> {
  await mkdir(directory, { recursive: true });
  const files = {
    image: await makeImage(directory, bytes),
    kernel: join(directory, "kernel"),
    ramdisk: join(directory, "ramdisk"),
  };
  await rm(join(directory, "image.raw"));
  await writeFile(files.kernel, miniatureKernel());
  await writeFile(files.ramdisk, miniatureInitramfs());
  return files;
}

/** A recipe whose artifact a {@link sampleTriple} can be. */
export const tripleRecipe = {
  kind: "partition",
  distribution: "debian-minimal",
  release: "bookworm",
  bootloader: "none",
} as const;

/** Publishing what a build has made, against doing by hand what that is. Both force the same bytes to the disk once. */
export function ingestBench(bytes: number): Bench {
  return {
    title: `ingest of ${Math.round(bytes / 1e6)} MB: all digests, inspection, fsync`,
    pairs: 5,
    async run({ scratch, pairs, signal, say }) {
      const { image, kernel, ramdisk } = await sampleTriple(join(scratch, "files"), bytes);
      const project = join(scratch, "project");
      for (const folder of ["recipes", "elements"]) await mkdir(join(project, folder), { recursive: true });
      await writeFile(join(project, "recipes", "recipe.yaml"), stringify(tripleRecipe));
      const copy = join(scratch, "copy");
      // What else is to be written shall not be counted.
      const settle = () => execa("sync", { cancelSignal: signal });
      const ours = async (): Promise<number> => {
        await rm(join(project, artifactsDirectory), { recursive: true, force: true });
        await settle();
        return Number(await runClient("ingest", [project, "recipe", image, kernel, ramdisk], { signal }));
      };
      const plain = async (): Promise<number> => {
        await rm(copy, { force: true });
        await settle();
        const script = 'cp "$1" "$2" && sha256sum "$2" && sync';
        return milliseconds(() => execa("sh", ["-c", script, "sh", image, copy], { cancelSignal: signal }));
      };
      const figures = await inPairs(pairs, { ours, plain }, say);
      const row = {
        what: "publish",
        unit: "ms",
        ours: figures.ours,
        plain: { tool: "cp, sha256sum, sync", figures: figures.plain },
      };
      return { rows: [{ ...row, compare: "ratio", target: 0.5 }] };
    },
  };
}
