import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { stringify } from "yaml";
import { contentMistakes } from "../../../core/recipe/check-content.ts";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { fingerprint, fingerprintInputs } from "../../../core/recipe/fingerprint.ts";
import { loadStack } from "../../../core/recipe/load.ts";
import type { StackModel } from "../../../core/recipe/model.ts";
import { secretValueProblem } from "../../../core/recipe/secrets.ts";
import { mistakesOf, project } from "./project.ts";

const recipe = { kind: "partition", distribution: "debian-minimal", release: "trixie", elements: ["devuser"] };
const value = "Tr0ub4dor&3 value";
const name = "DIB_DEV_USER_PASSWORD";

interface Stack {
  readonly recipe?: object;
  readonly stack?: string;
  readonly config?: object;
  /** What stands in the stack's file. */
  readonly written?: object;
}

function load(
  t: TestContext,
  { recipe: change = {}, stack = "prod", config = {}, written }: Stack,
): Promise<StackModel> {
  const files = { "recipes/x.yaml": stringify({ ...recipe, ...change }) };
  const file = {
    [`stacks/Pulumi.${stack}.yaml`]: stringify({ config: { "ironic-images:secretEnvironment": written } }),
  };
  const projectDirectory = project(t, written === undefined ? files : { ...files, ...file });
  return loadStack({ projectDirectory, stack, config: { userImages: { "my-image": { recipe: "x" } }, ...config } });
}

const one = { recipe: { secretEnvironment: [name] }, config: { secretEnvironment: { [name]: value } } };

test("a recipe's secrets are names in the content, and values beside the images", async (t) => {
  const { userImages, secrets, warnings } = await load(t, {
    recipe: { secretEnvironment: ["B_TOKEN", name, "B_TOKEN"], secretFiles: ["/etc/b", "/etc/a"] },
    config: { secretEnvironment: { [name]: value, B_TOKEN: "b0123456" } },
    written: { [name]: { secure: "v1:x" }, B_TOKEN: { secure: "v1:y" } },
  });
  const content = userImages[0]?.content;
  assert.deepEqual(content?.secretEnvironment, ["B_TOKEN", name]);
  assert.deepEqual(content?.secretFiles, ["/etc/a", "/etc/b"]);
  assert.equal(content?.secretStack, "prod");
  assert.deepEqual(secrets, { [name]: value, B_TOKEN: "b0123456" });
  assert.deepEqual(warnings, []);
  assert.ok(!JSON.stringify(userImages).includes(value));
  const { secretEnvironment, secretStack } = (await load(t, {})).userImages[0]?.content ?? {};
  assert.deepEqual([secretEnvironment, secretStack], [undefined, undefined], "without secrets nothing of them");
});

test("deploy images that are built have secrets, too", async (t) => {
  const build = { distribution: "debian-minimal", release: "trixie", branch: "master", ...one.recipe };
  const config = { ...one.config, userImages: {}, deployImages: { amd64: { build } } };
  const { deployImages } = await load(t, { config });
  const content = deployImages[0]?.content;
  assert.ok(content?.kind === "deploy-build");
  assert.deepEqual([content.secretEnvironment, content.secretStack], [[name], "prod"]);
  assert.deepEqual(await mistakesOf(() => load(t, { config: { ...config, secretEnvironment: {} } })), [
    `stacks/Pulumi.prod.yaml:deployImages.amd64.build: needs the secret ${name}, and the stack has no value of it: pulumi config set --secret --path 'ironic-images:secretEnvironment.${name}'`,
  ]);
});

test("only names and the stack are in the fingerprint: not the values; and not the stack where the recipe shares the artifact", async (t) => {
  const print = async (stack: Stack): Promise<string> => {
    const content = (await load(t, stack)).userImages[0]?.content as RecipeContent;
    return fingerprint(fingerprintInputs(content, project(t, {})));
  };
  const shared = { ...one, recipe: { ...one.recipe, shareSecretArtifact: true } };
  const mine = await print(one);
  assert.equal(await print({ ...one, config: { secretEnvironment: { [name]: "another value 1" } } }), mine);
  assert.notEqual(await print({ ...one, recipe: { ...one.recipe, revision: "2" } }), mine);
  assert.notEqual(await print({ ...one, stack: "lab" }), mine);
  assert.equal(await print({ ...shared, stack: "lab" }), await print(shared));
  assert.notEqual(await print(shared), mine);
});

test("the provider takes a content with secrets as it was loaded", async (t) => {
  for (const change of [{}, { secretFiles: ["/etc/x"] }, { shareSecretArtifact: true }]) {
    const { userImages } = await load(t, { ...one, recipe: { ...one.recipe, ...change } });
    assert.deepEqual(contentMistakes(userImages[0]?.content as RecipeContent, project(t, {})), []);
  }
});

const mistakes: [string, Stack, RegExp][] = [
  [
    "a value that is missing",
    { recipe: { secretEnvironment: ["A_TOKEN"] } },
    /prod\.yaml:userImages\.my-image: needs the secret A_TOKEN, with which recipe [a-z-]+ is built, and the stack has no value of it: .* --secret --path 'ironic-images:secretEnvironment\.A_TOKEN'$/,
  ],
  [
    "a value in clear",
    { ...one, written: { [name]: value } },
    /prod\.yaml:secretEnvironment\.DIB_DEV_USER_PASSWORD: stands in this file in clear: pulumi config set --secret/,
  ],
  [
    "a value that is too short",
    { ...one, config: { secretEnvironment: { [name]: "abc1234" } } },
    /secretEnvironment\.DIB_DEV_USER_PASSWORD: is shorter than 8 characters/,
  ],
  [
    "a value that is no text",
    { ...one, config: { secretEnvironment: { [name]: 12345678901 } } },
    /must be text: write it in quotes$/,
  ],
  [
    "no mapping",
    { ...one, config: { secretEnvironment: "Tr0ub4dor" } },
    /secretEnvironment: must be a mapping: pulumi config set/,
  ],
  [
    "a name that a shell acts on",
    { recipe: { secretEnvironment: ["LD_PRELOAD"] } },
    /x\.yaml:secretEnvironment\[0\]: must be DIB_DEV_USER_PASSWORD, or a name/,
  ],
  [
    "a variable that rhel-common puts into arguments",
    { recipe: { secretEnvironment: ["REG_PASSWORD"] } },
    /secretEnvironment\[0\]: must be .* end up in arguments/,
  ],
  ["a name and its value", { recipe: { secretEnvironment: [`A_TOKEN=${value}`] } }, /secretEnvironment\[0\]: must be/],
  ["a mapping of values", { recipe: { secretEnvironment: { A_TOKEN: value } } }, /secretEnvironment: must be a list$/],
  [
    "a name in the stack that none is",
    { ...one, config: { secretEnvironment: { [name]: value, "a b": value } } },
    /secretEnvironment\["a b"\]: the name must be/,
  ],
  [
    "a variable that is secret and not",
    { ...one, recipe: { secretEnvironment: ["DIB_X_TOKEN"] } },
    /secretEnvironment\[0\]: must be/,
  ],
  [
    "files without secrets",
    { recipe: { secretFiles: ["/etc/x"] } },
    /secretFiles: is for images with secretEnvironment/,
  ],
  [
    "sharing without secrets",
    { recipe: { shareSecretArtifact: false } },
    /shareSecretArtifact: is for images with secretEnvironment/,
  ],
  [
    "a file that leads elsewhere",
    { ...one, recipe: { ...one.recipe, secretFiles: ["/etc/../x"] } },
    /secretFiles\[0\]: .* must be the absolute path/,
  ],
  [
    "the password in clear",
    { recipe: { environment: { [name]: value } } },
    /environment\.DIB_DEV_USER_PASSWORD: this variable is not allowed: .* `secretEnvironment`/,
  ],
];
for (const [what, stack, message] of mistakes) {
  test(`${what} is refused in the preview, and no value is shown`, async (t) => {
    const lines = await mistakesOf(() => load(t, stack));
    assert.ok(
      lines.some((line) => message.test(line)),
      lines.join("\n"),
    );
    assert.ok(
      !lines.some((line) => line.includes("Tr0ub4dor") || line.includes("abc1234") || line.includes("12345678901")),
    );
  });
}

test("a secret that no image asks for is a warning", async (t) => {
  const { warnings } = await load(t, { config: { secretEnvironment: { A_TOKEN: value } } });
  assert.deepEqual(warnings, ["stacks/Pulumi.prod.yaml:secretEnvironment.A_TOKEN: no image of this stack asks for it"]);
});

const values: [unknown, RegExp | undefined][] = [
  ["hunter2!", undefined],
  ["correct horse battery", undefined],
  ["abcdefghijklmnopq", undefined],
  ["pässwört €1", undefined],
  [`'"$\`\\;&|<>()*?!#~`, undefined],
  ["-n leading dash 1", undefined],
  ["hunter2", /shorter than 8/],
  ["password", /a word or a number/],
  ["Administrator", /a word or a number/],
  ["123456789012345", /a word or a number/],
  ["aaaaaaaaaaaaaaaaaaaa", /fewer than 4/],
  [" hunter2hunter2", /begins or ends with a space/],
  ["two\nlines-0123", /several lines or control characters/],
  ["nul\0inside-0123", /several lines or control characters/],
  ["lone \ud800 surrogate", /several lines or control characters/],
  ["x1!".repeat(2000), /longer than 4096/],
  [undefined, /must be text/],
  [{ secure: "v1:…" }, /must be text/],
];
for (const [given, message] of values) {
  const shown = JSON.stringify(given)?.slice(0, 40);
  test(`the value ${shown} is ${message === undefined ? "taken" : "refused without being shown"}`, () => {
    const problem = secretValueProblem(given);
    if (message === undefined) assert.equal(problem, undefined);
    else assert.match(problem ?? "", message);
    assert.ok(typeof given !== "string" || !problem?.includes(given));
  });
}
