import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import type { RecipeContent } from "../../../core/recipe/content.ts";
import { fieldFacts } from "../../../core/recipe/fields.ts";
import type { DeployBuildContent } from "../../../core/recipe/deploy-content.ts";
import { deployBuildFields, deployDownloadFields, deployImageFields } from "../../../core/recipe/deploy-schema.ts";
import { overrideFields, recipeFields } from "../../../core/recipe/schema.ts";
import { buildFields, preflightFields, userImageFields } from "../../../core/recipe/stack-schema.ts";

type Shape = Readonly<Record<string, z.ZodType>>;

const shapes: Readonly<Record<string, Shape>> = {
  recipeFields,
  overrideFields,
  userImageFields,
  deployImageFields,
  deployBuildFields,
  deployDownloadFields,
  buildFields,
  preflightFields,
};

for (const [name, shape] of Object.entries(shapes)) {
  test(`every field of ${name} says what it decides, and what it is`, () => {
    for (const [key, schema] of Object.entries(shape)) {
      assert.ok(fieldFacts.has(schema), `${name}.${key} is not marked content, cloud or build`);
      assert.match(schema.description ?? "", /\w.*\.$/, `${name}.${key} has no description`);
    }
  });
}

// The stack of a content with secrets is what is loaded, and no field.
const contentKeys: Readonly<Record<Exclude<keyof RecipeContent, "secretStack">, true>> = {
  kind: true,
  distribution: true,
  release: true,
  architecture: true,
  elements: true,
  packages: true,
  bootloader: true,
  firmware: true,
  diskFormat: true,
  compression: true,
  baseImage: true,
  sources: true,
  deferInitramfs: true,
  environment: true,
  secretEnvironment: true,
  secretFiles: true,
  shareSecretArtifact: true,
  revision: true,
};

test("the fields marked content are those of the content that goes into the fingerprint, no more and no fewer", () => {
  const marked = Object.entries(recipeFields as Shape).filter(
    ([, schema]) => fieldFacts.get(schema)?.affects === "content",
  );
  assert.deepEqual(marked.map(([key]) => key).sort(), Object.keys(contentKeys).sort());
});

test("a stack may override every content field but the kind", () => {
  assert.deepEqual(["kind", ...Object.keys(overrideFields)].sort(), Object.keys(contentKeys).sort());
});

const deployContentKeys: Readonly<Record<Exclude<keyof DeployBuildContent, "secretStack">, true>> = {
  kind: true,
  distribution: true,
  release: true,
  architecture: true,
  elements: true,
  packages: true,
  agent: true,
  requirements: true,
  simpleInit: true,
  wheels: true,
  tls: true,
  trustedCa: true,
  compression: true,
  dynamicLogin: true,
  deferInitramfs: true,
  environment: true,
  secretEnvironment: true,
  secretFiles: true,
  shareSecretArtifact: true,
  revision: true,
};

test("every field of a built ramdisk goes into its fingerprint; a branch as the refs that it stands for", () => {
  assert.deepEqual(
    ["architecture", "kind", ...Object.keys(deployBuildFields)].filter((key) => key !== "branch").sort(),
    Object.keys(deployContentKeys).sort(),
  );
});
