import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { test } from "node:test";
import { fileSource } from "../../../../core/inspect/byte-source.ts";
import { inspectDiskImage } from "../../../../core/inspect/disk-image.ts";
import { diskImageRules } from "../../../../core/inspect/rules/disk-image.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { foreignCases } from "./foreign-cases.ts";
import { inOsloWords, osloVerdicts } from "./oslo.ts";
import { qcow2Cases } from "./qcow2-cases.ts";
import { rawCases } from "./raw-cases.ts";
import { isThere, Workshop } from "./workshop.ts";

/** Our rules that ask what the other inspector asks; all others ask more. */
const shared = [
  "one-format",
  "qcow2-version",
  "qcow2-no-backing-file",
  "qcow2-no-data-file",
  "qcow2-known-features",
  "boot-record-as-glance-demands",
  "luks-version",
];
/** Formats of which both say whether they are safe; of all others we say that they are refused. */
const known = ["raw", "gpt", "qcow2", "luks"];

const cases = [...qcow2Cases, ...rawCases, ...foreignCases];

test(`fault 49: of ${cases.length} files that their own tools made, every one is judged by the rules that are meant, and as oslo.utils judges`, async (t) => {
  const shop = new Workshop(temporaryDirectory(t));
  const made: { path: string; ours: Awaited<ReturnType<typeof inspect>>; one: (typeof cases)[number] }[] = [];
  for (const one of cases) {
    const missing = (one.needs ?? []).filter((command) => !isThere(command));
    if (missing.length > 0) {
      await t.test(one.name, (row) => row.skip(`needs ${missing.join(", ")}`));
      continue;
    }
    const path = await one.make(shop);
    made.push({ path, one, ours: await inspect(path, one.wanted) });
  }
  const verdicts = await osloVerdicts(made.map(({ path }) => ({ path })));
  for (const [index, { one, ours }] of made.entries()) {
    await t.test(one.name, () => {
      const found = (severity: string) => ours.findings.filter((f) => f.severity === severity).map(({ rule }) => rule);
      assert.deepEqual(found("error").sort(), [...one.errors].sort());
      assert.deepEqual(found("warning"), one.warnings ?? []);
      // What is wrong; what to do.
      for (const { message } of ours.findings) assert.match(message, /^[^\n]{10,}; [^\n]{10,}$/);
      const oslo = verdicts[index];
      assert.ok(oslo);
      const formats = inOsloWords(ours.facts.formats);
      if (one.seenOtherwise !== undefined) {
        assert.notDeepEqual(formats, oslo.formats, "both see the same now");
        assert.ok(one.errors.length > 0);
        return;
      }
      assert.deepEqual(formats, oslo.formats);
      if (!oslo.formats.every((format) => known.includes(format))) return;
      const refused = oslo.failures.length > 0 || oslo.formats.length > 1;
      assert.equal(
        found("error").some((rule) => shared.includes(rule)),
        refused,
        `oslo.utils: ${oslo.failures.join(", ") || "safe"}`,
      );
    });
  }
  t.diagnostic(`${made.length} files, ${cases.length - made.length} left out for want of tools`);
});

test("every rule has a file in the corpus that it finds", () => {
  const found = new Set(cases.flatMap(({ errors, warnings }) => [...errors, ...(warnings ?? [])]));
  assert.deepEqual(
    diskImageRules.map(({ name }) => name).filter((name) => !found.has(name)),
    [],
  );
});

async function inspect(path: string, wanted: (typeof cases)[number]["wanted"]) {
  await using handle = await open(path);
  return await inspectDiskImage(await fileSource(handle), wanted);
}
