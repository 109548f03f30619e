import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { miniatureRoot } from "../../test/support/miniature/disk.ts";
import { miniatureInitramfs } from "../../test/support/miniature/initramfs.ts";
import { miniatureKernel } from "../../test/support/miniature/kernel.ts";
import type { Bench } from "./bench.ts";
import { ourProject, plainProject } from "./engine-project.ts";
import { inPairs } from "./pairs.ts";
import { publishSample } from "./samples.ts";
import { tripleRecipe } from "./ingest.ts";

const up = ["up", "--yes", "--skip-preview"];

/** An `up` that has nothing to do. */
export const upBench: Bench = {
  title: "up with nothing changed, 1 partition image",
  pairs: 9,
  async run(context) {
    const project = await ourProject(context);
    const empty = await plainProject(
      context,
      "empty",
      'import * as pulumi from "@pulumi/pulumi";\nexport const nothing = pulumi.output("");\n',
    );
    await writeFile(
      join(project.directory, "recipes", "image.yaml"),
      stringify({ ...tripleRecipe, diskFormat: "raw" }),
    );
    await publishMiniature(context.scratch, project.directory, "image");
    await project.writeStack("bench", {
      "openstack:cloud": "local",
      "ironic-images:userImages": { "bench-up": { recipe: "image" } },
    });
    await empty.writeStack("bench", {});
    for (const each of [project, empty]) {
      context.say("first up, which registers");
      await each.pulumi("bench", up);
    }
    const figures = await inPairs(
      context.pairs,
      { ours: () => project.pulumi("bench", up), plain: () => empty.pulumi("bench", up) },
      (text) => context.say(text),
    );
    const plain = { tool: "an empty program", figures: figures.plain };
    return { rows: [{ what: "up", unit: "ms", ours: figures.ours, plain, compare: "difference", target: 500 }] };
  },
};

/** The artifact of a raw partition recipe, in 70 KiB. */
async function publishMiniature(scratch: string, project: string, recipe: string): Promise<void> {
  const directory = join(scratch, "miniature");
  await mkdir(directory);
  const files = { image: miniatureRoot(), kernel: miniatureKernel(), ramdisk: miniatureInitramfs() };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes);
  await publishSample(project, recipe, {
    image: join(directory, "image"),
    kernel: join(directory, "kernel"),
    ramdisk: join(directory, "ramdisk"),
  });
}
