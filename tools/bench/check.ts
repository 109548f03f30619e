import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { z } from "zod";
import type { Bench } from "./bench.ts";
import { inPairs, milliseconds } from "./pairs.ts";
import { runClient } from "./run-client.ts";

/** How many elements of its own a recipe has, and files each of them. */
export interface CheckBench {
  readonly elements: number;
  readonly files: number;
}

const timesSchema = z.tuple([z.number(), z.number()]);

/** What a preview computes of one recipe, against hashing the files of its elements. */
export function checkBench({ elements, files }: CheckBench): Bench {
  return {
    title: `check() of a recipe with ${elements} elements of its own, ${elements * files} files`,
    pairs: 9,
    async run({ scratch, pairs, signal, say }) {
      await makeElements(scratch, elements, files);
      const again: number[] = [];
      const ours = async (): Promise<number> => {
        const [first, second] = timesSchema.parse(await runClient("check", ["recipe"], { cwd: scratch, signal }));
        again.push(second);
        return first;
      };
      const plain = () =>
        milliseconds(() =>
          execa("sh", ["-c", "find elements -type f -print0 | xargs -0 sha256sum"], {
            cwd: scratch,
            stdout: "ignore",
            cancelSignal: signal,
          }),
        );
      const figures = await inPairs(pairs, { ours, plain }, say);
      const tool = "find | xargs sha256sum";
      return {
        rows: [
          {
            what: "first call",
            unit: "ms",
            ours: figures.ours,
            plain: { tool, figures: figures.plain },
            compare: "ratio",
            target: 1,
          },
          { what: "second call in one process", unit: "ms", ours: again, compare: "value", target: 1 },
        ],
      };
    },
  };
}

async function makeElements(project: string, elements: number, files: number): Promise<void> {
  const names = Array.from({ length: elements }, (_, index) => `own-${index}`);
  for (const name of names) {
    const directory = join(project, "elements", name, "files", name);
    await mkdir(directory, { recursive: true });
    for (let file = 0; file < files; file++) await writeFile(join(directory, `file-${file}`), randomBytes(4096));
  }
  const recipe = { kind: "whole-disk", distribution: "debian-minimal", release: "bookworm", firmware: "bios" };
  await mkdir(join(project, "recipes"));
  await writeFile(join(project, "recipes", "recipe.yaml"), stringify({ ...recipe, elements: names }));
}
