import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { miniatureDisk } from "../../test/support/miniature/disk.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { ourProject, plainProject, type EngineProject } from "./engine-project.ts";
import { inPairs, type PairFigures } from "./pairs.ts";
import type { Row } from "./result.ts";
import { publishSample } from "./samples.ts";

const plainProgram = `
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
const count = new pulumi.Config("bench").requireNumber("count");
for (let index = 0; index < count; index++) {
  const name = "plain-" + count + "-" + index;
  new openstack.images.Image(name, {
    name, diskFormat: "raw", containerFormat: "bare", localFilePath: "image.raw", visibility: "private",
  });
}
`;

/** Most milliseconds that one image more may cost a preview, beyond what a plain one does. */
const perImage = 10;

/**
 * Previews of stacks where nothing changed, each image with a recipe of its own; both sides have the same number of images in Glance.
 * @param counts of images; the smallest first: what a preview costs beyond it is divided by the images
 */
export function previewBench(counts: readonly [number, ...number[]]): Bench {
  return {
    title: `preview of ${counts.join(", ")} images, nothing changed`,
    pairs: 5,
    async run(context) {
      const [ours, plain] = await prepare(context, counts);
      const figures = new Map<number, PairFigures>();
      for (const count of counts) {
        const preview = (project: EngineProject) => () => project.pulumi(`bench-${count}`, ["preview"]);
        const pair = { ours: preview(ours), plain: preview(plain) };
        figures.set(count, await inPairs(context.pairs, pair, (text) => context.say(`${count} images, ${text}`)));
      }
      return { rows: previewRows(figures) };
    },
  };
}

/** What one image more costs, and of the smallest stack the whole. */
export function previewRows(figures: ReadonlyMap<number, PairFigures>): Row[] {
  const [[fewest, first] = [0, { ours: [], plain: [] }], ...more] = figures;
  const tool = "plain images.Image";
  const whole: Row = {
    what: `${fewest} image${fewest === 1 ? "" : "s"}`,
    unit: "ms",
    ours: first.ours,
    plain: { tool, figures: first.plain },
    compare: "difference",
  };
  const each = more.map(([count, { ours, plain }]): Row => {
    const beyond = (times: readonly number[], base: readonly number[]) =>
      times.map((time, index) => (time - (base[index] ?? NaN)) / (count - fewest));
    return {
      what: `${count} images, for each one more`,
      unit: "ms per image",
      ours: beyond(ours, first.ours),
      plain: { tool, figures: beyond(plain, first.plain) },
      compare: "difference",
      target: perImage,
    };
  });
  return [whole, ...each];
}

/** Really registers all of them, once. */
async function prepare(context: BenchContext, counts: readonly number[]): Promise<[EngineProject, EngineProject]> {
  const ours = await ourProject(context);
  const plain = await plainProject(context, "plain", plainProgram);
  await writeFile(join(plain.directory, "image.raw"), miniatureDisk());
  const recipe = {
    kind: "whole-disk",
    distribution: "debian-minimal",
    release: "bookworm",
    firmware: "bios",
    diskFormat: "raw",
  };
  for (let index = 0; index < Math.max(...counts); index++) {
    const name = `image-${index}`;
    await writeFile(join(ours.directory, "recipes", `${name}.yaml`), stringify({ ...recipe, revision: name }));
    const file = join(context.scratch, "disk");
    await writeFile(file, miniatureDisk(name));
    await publishSample(ours.directory, name, { image: file });
  }
  for (const count of counts) {
    const stack = `bench-${count}`;
    const names = Array.from({ length: count }, (_, index) => `image-${index}`);
    const images = Object.fromEntries(names.map((name) => [`${stack}-${name}`, { recipe: name }]));
    await ours.writeStack(stack, { "openstack:cloud": "local", "ironic-images:userImages": images });
    await plain.writeStack(stack, { "openstack:cloud": "local", "bench:count": count });
    for (const project of [ours, plain]) {
      context.say(`registering ${count} images`);
      // The provider waits ten seconds for each, so many at a time.
      await project.pulumi(stack, ["up", "--yes", "--skip-preview", "--parallel", "32"]);
    }
  }
  return [ours, plain];
}
