import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Bench, BenchContext } from "./bench.ts";
import { ourProject } from "./engine-project.ts";
import { watchProgram, type MemoryWatch } from "./process-memory.ts";

/** The element that makes a minimal root without a network, see test/fixtures/elements/tiny. */
const element = "tiny";
const recipe = { kind: "whole-disk", distribution: element, release: "1", elements: [], firmware: "bios" };

/** Most MiB of program and dynamic provider together, and most that it may grow with the images. */
const targets = { together: 250, growth: 1.1 };

/** Memory of program and dynamic provider while they build so many images, all of which are waited for at once. */
export function memoryBench(images: number): Bench {
  return {
    title: `memory of program and provider while ${images} images are built, what both have of one file once`,
    pairs: 1,
    async run(context) {
      const figures = { one: [] as number[], many: [] as number[] };
      for (let round = 0; round < context.pairs; round++) {
        figures.one.push(await mostMemory(context, 1, `one-${round}`));
        figures.many.push(await mostMemory(context, images, `many-${round}`));
      }
      const { one, many } = figures;
      const growth = { plain: { tool: "one image", figures: one }, compare: "ratio", target: targets.growth } as const;
      return {
        rows: [
          { what: "1 image", unit: "MiB", ours: one, compare: "value", target: targets.together },
          { what: `${images} images`, unit: "MiB", ours: many, compare: "value", target: targets.together },
          { what: `${images} images, growth`, unit: "MiB", ours: many, ...growth },
        ],
      };
    },
  };
}

async function mostMemory(context: BenchContext, images: number, name: string): Promise<number> {
  const project = await ourProject(context, name);
  await cp(join(context.project, "test/fixtures/elements", element), join(project.directory, "elements", element), {
    recursive: true,
  });
  await writeFile(join(project.directory, "recipes", "first.yaml"), stringify({ ...recipe, revision: "first" }));
  const names = Array.from({ length: images }, (_, index) => `${name}-${index}`);
  for (const image of names)
    await writeFile(join(project.directory, "recipes", `${image}.yaml`), stringify({ ...recipe, revision: image }));
  const writeStack = (stack: string, wanted: readonly string[]) =>
    project.writeStack(stack, {
      "openstack:cloud": "local",
      "ironic-images:userImages": Object.fromEntries(wanted.map((image) => [`${stack}-${image}`, { recipe: image }])),
      // Tiny builds wait more than they compute; if the bench ends, they end.
      "ironic-images:build": { slots: 2, leaseSeconds: 1 },
    });
  context.say(`${images} image${images === 1 ? "" : "s"}`);
  // What Node compiles for the first time takes memory, and is kept from then on.
  await writeStack("first", ["first"]);
  await project.pulumi("first", ["up", "--yes", "--skip-preview"]);
  await writeStack("bench", names);
  let watch: MemoryWatch | undefined;
  const args = ["up", "--yes", "--skip-preview", "--parallel", "64"];
  try {
    await project.pulumi("bench", args, (pid) => (watch = watchProgram(pid)));
  } finally {
    watch?.stop();
  }
  return watch?.stop() ?? NaN;
}
