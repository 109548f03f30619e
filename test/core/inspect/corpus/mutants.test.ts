import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { memorySource } from "../../../../core/inspect/byte-source.ts";
import { inspectDiskImage } from "../../../../core/inspect/disk-image.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { randomFrom } from "../random.ts";
import { mutate, mutated, originals, type Mutation, type Original } from "./mutants.ts";
import { osloAccepts, osloVerdicts } from "./oslo.ts";
import { isThere, Workshop } from "./workshop.ts";

const count = 2000;
const tools = ["mkfs.ext2", "mkfs.vfat", "parted", "sgdisk"];

test(`fault 49: of ${count} damaged files (seed 1) none passes that oslo.utils refuses, and none takes long`, async (t) => {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length > 0) return t.skip(`needs ${missing.join(", ")}`);
  const { good, bad } = await originals(new Workshop(temporaryDirectory(t)));
  for (const { path, name, wanted } of good) {
    const { findings } = await inspectDiskImage(memorySource(readFileSync(path)), wanted);
    assert.deepEqual(findings, [], name);
  }
  const random = randomFrom(1);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const mutants: { original: Original; mutation: Mutation; errors: string[] }[] = [];
  for (let number = 0; number < count; number++) {
    const original = pick(random() < 0.8 ? good : bad);
    const whole = readFileSync(original.path);
    const mutation = mutate(random, whole.length);
    const source = memorySource(mutated(whole, mutation));
    const says = `${original.name} ${JSON.stringify(mutation)}`;
    const { findings } = await inspectDiskImage(source, original.wanted).catch((error: unknown) => {
      throw new Error(says, { cause: error });
    });
    assert.ok(source.bytesRead <= 2 * source.size + 2 ** 20, `${says}: ${source.bytesRead} bytes read`);
    const errors = findings.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
    mutants.push({ original, mutation, errors });
  }
  const verdicts = await osloVerdicts(mutants.map(({ original, mutation }) => ({ path: original.path, ...mutation })));
  const stricter = new Map<string, number>();
  const both = { pass: 0, refused: 0 };
  for (const [index, { original, mutation, errors }] of mutants.entries()) {
    const verdict = verdicts[index];
    assert.ok(verdict);
    const accepted = osloAccepts(verdict, original.wanted.diskFormat);
    const [rule] = errors;
    if (rule === undefined) {
      assert.ok(accepted, `${original.name} ${JSON.stringify(mutation)}: ${JSON.stringify(verdict)}`);
      both.pass++;
    } else if (accepted) stricter.set(rule, (stricter.get(rule) ?? 0) + 1);
    else both.refused++;
  }
  assert.ok(both.pass > count / 10 && both.refused > count / 10, JSON.stringify(both));
  const counts = [...stricter].sort((a, b) => b[1] - a[1]).map(([rule, files]) => `${rule} ${files}`);
  t.diagnostic(`both pass ${both.pass}, both refuse ${both.refused}; stricter: ${counts.join(", ")}`);
});
