import { badImages } from "./bad-images.ts";
import { testSources } from "./test-titles.ts";
import { gates, type Gate, type TrustedRule } from "./trust-gates.ts";

/** A rule, and the test that names it. */
export interface TestedRule extends TrustedRule {
  /** Path in the project; undefined if no test names the rule. */
  readonly test: string | undefined;
}

/** The rules of a gate with their tests, as a project's test/ has them: the nearest that names each. */
export function testedRules(projectDirectory: string, { rules, near }: Pick<Gate, "rules" | "near">): TestedRule[] {
  const all = testSources(projectDirectory);
  // So that a new test elsewhere changes no table.
  const files = [...all.filter(({ path }) => near.test(path)), ...all.filter(({ path }) => !near.test(path))];
  return rules.map((rule) => ({ ...rule, test: files.find(({ text }) => names(text, rule))?.path }));
}

/** `docs/trust.md`. */
export function trust(projectDirectory: string): string {
  const sections = [
    "<!-- Made by `npm run docs` from the rules in core and tools/docs. Do not edit. -->",
    "# What is relied on",
    "Nothing is believed: neither a build nor a disk, neither the network nor Glance. An image becomes visible to others only after it has passed these gates, in this order. The first that refuses ends it, and what was published before stays as it was.",
    [
      "1. **The preview** checks recipes and stack ([reference.md](reference.md)), and asks the cloud whether it can take what is planned.",
      "2. **After the build, download or import** formats, partition tables, file systems, kernel and the whole initramfs are read, once. What no node could boot does not enter the store.",
      "3. **Before registration** the sizes are compared with the limits, and **before each upload** the bytes with those that were inspected.",
      "4. **The boot test**, where one is asked for, runs beside the uploads, and publication waits for its verdict.",
      "5. **After the upload** every image is read back, private still; its digest in Glance must be the artifact's.",
      "6. What is replaced is hidden; then kernel, ramdisk and image become visible, in this order.",
    ].join("\n"),
    "An *error* ends preview or `up` with an exit code that is not 0; a *warning* is said, and the image goes on; *always* is so by construction. A rule that no test names fails `npm test`.",
    ...gates.flatMap((gate) => [`## ${gate.title}`, gate.text, ruleTable(testedRules(projectDirectory, gate))]),
    "## Bad images, stopped",
    "Each is made with the real tools, and stopped on the real engine and the real Glance, where nothing of it becomes visible and a good image of before stays.",
    badImageTable(),
    "What fails on the way (resets, 4xx and 5xx at chosen bytes, deletions by others, a killed Glance, full stores) is in [e2e/recovery.test.ts](../test/e2e/recovery.test.ts) and [full/recovery.test.ts](../test/full/recovery.test.ts): at most one good image a name afterwards, no record that nobody knows, and a message that says what to do.",
  ];
  return `${sections.join("\n\n")}\n`;
}

function ruleTable(rules: readonly TestedRule[]): string {
  const rows = rules.map(
    ({ name, severity, source, test }) =>
      `| \`${name}\` | ${severity} | ${source.replaceAll("|", "\\|")} | ${test === undefined ? "none" : link(test)} |`,
  );
  return [
    "| rule | severity | upstream source, or what goes wrong without it | test |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function badImageTable(): string {
  const rows = badImages.map(({ what, made, gate, test }) => `| ${what} | ${made} | ${gate} | ${link(test)} |`);
  return ["| image | how it is made | where it is stopped | test |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function link(path: string): string {
  return `[${path.replace(/^test\//, "")}](../${path})`;
}

function names(text: string, { name, inTests }: TrustedRule): boolean {
  if (inTests !== undefined) return text.includes(inTests);
  return new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text);
}
