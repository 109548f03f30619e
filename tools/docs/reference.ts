import { z } from "zod";
import { AGENT_BUILDER_VERSION, BUILDER_VERSION } from "../../core/recipe/builder.ts";
import { deployVariables } from "../../core/recipe/deploy-environment.ts";
import { deployBuildFields, deployDownloadFields, deployImageFields } from "../../core/recipe/deploy-schema.ts";
import { allowedFamilies, allowedVariables } from "../../core/recipe/environment.ts";
import { fieldFacts } from "../../core/recipe/fields.ts";
import { recipeNames } from "../../core/recipe/load.ts";
import { recipeFields } from "../../core/recipe/schema.ts";
import { howToSet } from "../../core/recipe/secrets.ts";
import { buildFields, preflightFields, userImageFields } from "../../core/recipe/stack-schema.ts";
import { builtTable, readBuilt } from "./built.ts";

type Shape = Readonly<Record<string, z.ZodType>>;

const decides = { content: "the image", cloud: "the registration", build: "this machine's builds" } as const;

/** `docs/reference.md`. */
export function reference(projectDirectory: string): string {
  const sections = [
    "<!-- Made by `npm run docs` from the schemas in core/recipe. Do not edit. -->",
    "# Reference",
    "Two kinds of files are yours: recipes say what can be built, stacks say which of it a cloud gets. A preview checks all of them and reports every mistake at once.",
    "## Recipe: `recipes/<name>.yaml`",
    fieldTable(recipeFields),
    "Names of recipes and images are letters, digits and `. _ + -`.",
    "## Stack: `stacks/Pulumi.<stack>.yaml`",
    "### `ironic-images:userImages`",
    "A mapping: each key is an image of this cloud.",
    fieldTable(userImageFields),
    "Every image also gets `img_type`, `ironic_images_project`, `ironic_images_stack`, `ironic_images_image`, `ironic_images_fingerprint` and `ironic_images_build`, a partition image `kernel_id` and `ramdisk_id`. They are the program's; `properties` cannot name them.",
    "### `ironic-images:deployImages`",
    "A mapping: each key is an architecture, `amd64` or `arm64`. Every image also gets the properties of a user image that tell where it comes from.",
    fieldTable(withoutFields(deployImageFields)),
    "`build` makes kernel and ramdisk on this machine:",
    fieldTable(deployBuildFields),
    "`download` takes what somebody publishes, and refuses anything but the pinned bytes. An address is one of: `baseUrl` with `distribution` and `branch`; `kernelUrl` with `initramfsUrl`; `tarballUrl`. `npm run pin -- --stack S` writes the pins.",
    fieldTable(deployDownloadFields),
    "### `ironic-images:secretEnvironment`",
    `A mapping: values of the variables that \`secretEnvironment\` of a recipe or of a deploy image names, encrypted: \`${howToSet("NAME")}\`. Pulumi asks for the value. A build gets those that it names, and no resource has one. A name is \`DIB_DEV_USER_PASSWORD\`, or of your own elements and ends in \`_PASSWORD\`, \`_PASSPHRASE\`, \`_TOKEN\`, \`_SECRET\`, \`_KEY\` or \`_CREDENTIAL\`.`,
    "### `ironic-images:build`",
    "Reaches a build when it runs. Nothing of it is in an image, and no change of it changes a resource.",
    fieldTable(buildFields),
    "### `ironic-images:preflight`, `ironic-images:publicRoles`",
    "What a preview asks of the cloud, before anything is built.",
    fieldTable(preflightFields),
    `## Variables for \`environment\``,
    `Of diskimage-builder ${BUILDER_VERSION}. All values are text. What is not listed here is refused.`,
    variableTable(allowedVariables, allowedFamilies),
    `Of ironic-python-agent-builder ${AGENT_BUILDER_VERSION}, for \`deployImages\`, besides those above:`,
    variableTable(deployVariables, {}),
    "## Shipped recipes",
    builtTable(recipeNames(projectDirectory), readBuilt(projectDirectory)),
  ];
  return `${sections.join("\n\n")}\n`;
}

function fieldTable(shape: Shape): string {
  const rows = Object.entries(shape).flatMap(([name, schema]) => fieldRows(name, schema));
  return ["| field | value | default | decides | |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function fieldRows(name: string, schema: z.ZodType): string[] {
  const facts = fieldFacts.get(schema);
  const inner = unwrap(schema);
  const fallback = facts?.fallback === undefined ? (schema.isOptional() ? "" : "required") : cell(facts.fallback);
  const row = `| \`${name}\` | ${valueOf(inner)} | ${fallback} | ${facts === undefined ? "" : decides[facts.affects]} | ${schema.description ?? ""} |`;
  // The fields of `overrides` are those of a recipe.
  if (!(inner instanceof z.ZodObject) || name === "overrides") return [row];
  return [row, ...nestedRows(name, inner)];
}

function nestedRows(name: string, mapping: z.ZodObject): string[] {
  return Object.entries(mapping.shape as Shape).flatMap(([key, part]) => {
    const inner = unwrap(part);
    const row = `| \`${name}.${key}\` | ${valueOf(inner)} | ${part.isOptional() ? "" : "required"} | | ${part.description ?? inner.description ?? ""} |`;
    return inner instanceof z.ZodObject ? [row, ...nestedRows(`${name}.${key}`, inner)] : [row];
  });
}

// `build` and `download` have tables of their own.
function withoutFields(shape: Shape): Shape {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) =>
      name === "build" || name === "download" ? [name, asMapping(schema)] : [name, schema],
    ),
  );
}

function asMapping(schema: z.ZodType): z.ZodType {
  const mapping = z
    .record(z.string(), z.unknown())
    .optional()
    .describe(schema.description ?? "");
  const facts = fieldFacts.get(schema);
  if (facts !== undefined) fieldFacts.add(mapping, facts);
  return mapping;
}

type Rules = Readonly<Record<string, { readonly description: string; readonly says: string }>>;

function variableTable(variables: Rules, families: Rules): string {
  const rows = [
    ...Object.entries(variables).map(([name, rule]) => [`\`${name}\``, rule] as const),
    ...Object.entries(families).map(([name, rule]) => [`\`${name}*\``, rule] as const),
  ].map(([name, rule]) => `| ${name} | ${rule.description} | ${rule.says.replace(/^be /, "")} |`);
  return ["| variable | what it does | value |", "| --- | --- | --- |", ...rows].join("\n");
}

function valueOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodUnion) return (schema.options as z.ZodType[]).map(valueOf).join(", ");
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(", ");
  if (schema instanceof z.ZodLiteral) return `\`${String(schema.value)}\``;
  if (schema instanceof z.ZodNumber) return "whole number";
  if (schema instanceof z.ZodBoolean) return "`true`, `false`";
  if (schema instanceof z.ZodArray) return "list";
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return "mapping";
  return "text";
}

function cell(fallback: string | number | readonly string[]): string {
  if (Array.isArray(fallback))
    return fallback.length === 0 ? "none" : fallback.map((part: string) => `\`${part}\``).join(", ");
  const text = String(fallback);
  return text.includes(" ") ? text : `\`${text}\``;
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
}
