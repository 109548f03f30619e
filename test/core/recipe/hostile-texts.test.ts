import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import tmp from "tmp";
import { allowedFamilies, allowedVariables } from "../../../core/recipe/environment.ts";
import { deployVariables } from "../../../core/recipe/deploy-environment.ts";
import { loadStack } from "../../../core/recipe/load.ts";
import { formatPath } from "../../../core/recipe/problems.ts";
import { mistakesOf } from "./project.ts";
import { nested, textFields, type TextField } from "./text-fields.ts";

const partition = { kind: "partition", distribution: "debian-minimal", release: "bookworm" };
const projectDirectory = tmp.dirSync({ prefix: "hostile", keep: true }).name;
const canary = join(projectDirectory, "pwn");
mkdirSync(join(projectDirectory, "recipes"));
writeFileSync(join(projectDirectory, "recipes/small.yaml"), JSON.stringify(partition));
after(() => rmSync(projectDirectory, { recursive: true }));

/** What a root shell would run, or take for something else than a word. */
const shellTexts = [
  `; touch ${canary}`,
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `| touch ${canary}`,
  `&& touch ${canary} &`,
  `> ${canary}`,
  `' touch ${canary} '`,
  `" touch ${canary} "`,
  "${IFS}touch",
  "\\",
  `\ntouch ${canary}`,
  "\rtouch",
  "{a,touch;b}",
];

/** What a person does not see in a review, and what ends a text in C. */
const unseenTexts = ["\u0000", "\u001b[2J", "\u009b2J", "\u202egnp", "\u200b", "\u2028", "\ud800", "\u{e0041}"];
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Alone, behind a word, in addresses and paths. */
const forms = (text: string): string[] => [
  text,
  `a${text}`,
  `a/${text}`,
  `http://h.example/a${text}`,
  `https://h.example/a${text}`,
  `${text}b`,
];

/** Texts that only stand for themselves, so that a shell's characters are right in them, and why they reach no shell. */
const free: Readonly<Record<string, string>> = {
  revision: "in the fingerprint only",
  marker: "compared with the console's text",
  "kernelArguments[]": "one argument of QEMU, which no shell starts",
  "publicRoles[]": "compared with the token's roles",
};
const isFree = (name: string): boolean => Object.keys(free).some((each) => name.endsWith(`.${each}`));

/** Fields that the program makes absolute paths of, and a list that no command takes as an argument. */
const isPath = /\.(archive|certificate|key|clientCa|trustedCa|file|caBundle|proxy\.no)$/;

const fields = textFields().filter(({ isMap }) => !isMap);
const words = fields.filter(({ name }) => !isFree(name));
const isName = /\.(distribution|elements\[\]|packages\[\]|recipe|name|kernelName|ramdiskName|branch|ref|version)$/;
const isInRootShell = /\.(release|mirror|security|http|https|no|repository|baseUrl)$/;

/** The lines of all mistakes that a value at a field makes. */
async function mistakesWith({ source, path }: TextField, value: unknown): Promise<string[]> {
  const written = nested(path, value) as Record<string, unknown>;
  writeFileSync(
    join(projectDirectory, "recipes/tried.yaml"),
    JSON.stringify(source === "recipe" ? { ...partition, ...written } : partition),
  );
  const { userImages, ...config } = source === "recipe" ? {} : written;
  const entry = (userImages as { a?: object } | undefined)?.a;
  return mistakesOf(() =>
    loadStack({
      projectDirectory,
      stack: "prod",
      config: { ...config, userImages: { a: { recipe: "tried", ...entry } } },
    }),
  );
}

/** Fails unless a value is refused with key and reason, in lines that a terminal can be given. */
async function assertTold(field: TextField, value: unknown, at = field.path): Promise<void> {
  const file = field.source === "recipe" ? "recipes/tried.yaml" : "stacks/Pulumi.prod.yaml";
  const place = `${file}:${formatPath(at)}: `;
  const mistakes = await mistakesWith(field, value);
  assert.ok(
    mistakes.some((line) => line.startsWith(place) && line.length > place.length),
    `${JSON.stringify(value)} is not refused at ${place}\n${mistakes.join("\n")}`,
  );
  for (const line of mistakes) assert.doesNotMatch(line, unseen);
}

function assertRefused({ schema, name }: TextField, text: string): void {
  assert.equal(schema.safeParse(text).success, false, `${name}: ${JSON.stringify(text)} is not refused`);
}

async function refusesAllButWords(field: TextField): Promise<void> {
  for (const text of shellTexts.flatMap(forms)) assertRefused(field, text);
  for (const text of ["é", "💥", "a b", "a é", ...(isPath.test(field.name) ? [] : ["../../etc/x", "-x", "--help=a"])])
    assertRefused(field, text);
  for (const text of [`a; touch ${canary}`, `http://h.example/$(touch ${canary})`, "a b", "💥"])
    await assertTold(field, text);
  assert.ok(!existsSync(canary));
}

for (const field of words.filter(({ name }) => isName.test(name)))
  test(`fault 13: a name with anything but a name in it is refused in the preview: ${field.name}`, () =>
    refusesAllButWords(field));

for (const field of words.filter(({ name }) => isInRootShell.test(name)))
  test(`fault 14: what a root shell of diskimage-builder reads is refused in the preview if it is more than a word: ${field.name}`, () =>
    refusesAllButWords(field));

for (const field of words.filter(({ name }) => !isName.test(name) && !isInRootShell.test(name)))
  test(`a text with a shell's characters in it is refused in the preview: ${field.name}`, () =>
    refusesAllButWords(field));

for (const field of fields)
  test(`a text that cannot be seen, or is endless, is refused in the preview: ${field.name}`, async () => {
    for (const text of unseenTexts.flatMap(forms)) assertRefused(field, text);
    for (const text of ["\u202egnp", "x".repeat(5000)]) await assertTold(field, text);
  });

test("every text that only stands for itself is a field, and takes a shell's characters", () => {
  for (const name of Object.keys(free))
    assert.ok(
      fields.some((field) => field.name.endsWith(`.${name}`)),
      name,
    );
  for (const { name, schema } of fields.filter((field) => isFree(field.name)))
    assert.ok(schema.safeParse("$(touch;pwn)`'\"").success, name);
});

const withEntry = (name: string, value: unknown): unknown =>
  JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(value)}}`) as unknown;
const maps = textFields().filter(({ isMap }) => isMap);
const variables = [...Object.keys(allowedVariables), ...Object.keys(allowedFamilies).map((family) => `${family}x`)];

for (const field of maps.filter(({ name }) => name.endsWith(".environment"))) {
  const known = field.name.startsWith("deployImages") ? [...variables, ...Object.keys(deployVariables)] : variables;
  test(`fault 14: a variable with a shell's characters in it is refused in the preview: ${field.name}`, async () => {
    for (const text of [...shellTexts.flatMap(forms), ...unseenTexts.flatMap(forms), "é", "x".repeat(5000)]) {
      const { error } = field.schema.safeParse(Object.fromEntries(known.map((name) => [name, text])));
      const refused = new Set(error?.issues.map(({ path }) => path[0]));
      assert.deepEqual(
        known.filter((name) => !refused.has(name)),
        [],
        JSON.stringify(text),
      );
    }
    await assertTold(field, { DIB_GRUB_TIMEOUT: `5; touch ${canary}` }, [...field.path, "DIB_GRUB_TIMEOUT"]);
    assert.ok(!existsSync(canary));
  });

  test(`a variable of another name is refused in the preview: ${field.name}`, async () => {
    const hostile = ["", "-x", "a b", "a;b", "a\nb", "$(a)", "é", "\u202ea", "DIB_REPOREF_a;b"];
    const notOurs = ["PATH", "LD_PRELOAD", "BASH_ENV", "GIT_SSH_COMMAND", "break", "DIB_RELEASE"];
    for (const name of [...hostile, ...notOurs, "__proto__", "constructor", "toString"])
      await assertTold(field, withEntry(name, "1"), [...field.path, name]);
  });
}

for (const field of maps.filter(({ name }) => name.endsWith(".properties")))
  test(`fault 48: a property that Glance or a reader would take for another is refused in the preview: ${field.name}`, async () => {
    const inGlance = ["os_glance_x", "owner", "n".repeat(256)];
    for (const name of ["__proto__", "", "-x", "a b", "a;b", "a\nb", "\u202ea", "é", "💥", ...inGlance])
      await assertTold(field, withEntry(name, "1"), [...field.path, name]);
    for (const value of [...unseenTexts, "a\nb", "💥", "x".repeat(256), 1, true, null, ["a"]])
      await assertTold(field, withEntry("os_distro", value), [...field.path, "os_distro"]);
  });

test("every map is of variables or of properties", () => {
  for (const { name } of maps) assert.match(name, /\.(environment|properties)$/);
});

test("fault 13: an image's key is refused as a name is, also one that is no key of a plain object", async () => {
  for (const key of ["__proto__", "-x", "a b", "a;b", "$(a)", "`a`", "a\nb", "../a", "\u202ea", "é", "n".repeat(256)]) {
    const config = { userImages: withEntry(key, { recipe: "small" }) };
    const mistakes = await mistakesOf(() => loadStack({ projectDirectory, stack: "prod", config }));
    assert.ok(
      mistakes.some((line) => line.includes(`:${formatPath(["userImages", key])}: the key `)),
      key,
    );
  }
});

for (const name of ["constructor", "toString", "__proto__", "valueOf"])
  test(`fault 13: ${name}, which every JavaScript object knows, is no known element, recipe, architecture or key`, async () => {
    const text = `{
      "userImages": {"a": {"recipe": "small", "overrides": {"elements": ["${name}"]}}, "b": {"recipe": "${name}"}},
      "deployImages": {"${name}": {}, "amd64": {"build": {"distribution": "debian-minimal", "release": "x", "branch": "master", "elements": ["${name}"]}}},
      "${name}": 1}`;
    const config = JSON.parse(text) as Record<string, unknown>;
    const mistakes = await mistakesOf(() => loadStack({ projectDirectory, stack: "prod", config }));
    for (const place of [
      "userImages.a.overrides",
      "userImages.b.recipe",
      `deployImages.${name}`,
      "deployImages.amd64.build.elements[0]",
      name,
    ])
      assert.ok(
        mistakes.some((line) => line.startsWith(`stacks/Pulumi.prod.yaml:${place}`)),
        place,
      );
    assert.doesNotMatch(mistakes.join("\n"), /native code|\[object/);
  });
