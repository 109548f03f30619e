import { z } from "zod";
import { allowedFamilies, allowedVariables } from "../../core/recipe/environment.ts";
import { fieldFacts } from "../../core/recipe/fields.ts";
import { architectures, deployImageSchema } from "../../core/recipe/deploy-schema.ts";
import { deployVariables } from "../../core/recipe/deploy-environment.ts";
import { recipeSchema } from "../../core/recipe/schema.ts";
import { howToSet, secretName } from "../../core/recipe/secrets.ts";
import { buildSchema, preflightSchema, userImageSchema } from "../../core/recipe/stack-schema.ts";
import { imageName } from "../../core/recipe/text.ts";

type Json = Record<string, unknown>;

/** JSON Schema of `recipes/*.yaml`, for editors. */
export function recipeJsonSchema(): Json {
  return { title: "Recipe of ironic-images", ...editorSchema(recipeSchema) };
}

/** JSON Schema of `stacks/Pulumi.<stack>.yaml`, for editors. Other namespaces of the config are not looked at. */
export function stackJsonSchema(): Json {
  const userImages = editorSchema(z.record(z.string().regex(imageName.pattern), userImageSchema));
  const preflight = Object.fromEntries(
    Object.entries(editorSchema(preflightSchema)["properties"] as Json).map(([key, value]) => [
      `ironic-images:${key}`,
      value,
    ]),
  );
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack of ironic-images",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: {
          "ironic-images:userImages": {
            ...withoutDialect(userImages),
            description: "The user images of this cloud, by key.",
          },
          "ironic-images:deployImages": {
            type: "object",
            properties: Object.fromEntries(
              architectures.map((name) => [name, withoutDialect(editorSchema(deployImageSchema))]),
            ),
            additionalProperties: false,
            description: "The deploy images of this cloud, by architecture.",
          },
          "ironic-images:secretEnvironment": {
            type: "object",
            patternProperties: {
              [secretName.pattern.source]: {
                type: "object",
                properties: { secure: { type: "string" } },
                required: ["secure"],
                additionalProperties: false,
              },
            },
            additionalProperties: false,
            description: `Values of secret variables, by name, as \`${howToSet("NAME")}\` writes them.`,
          },
          "ironic-images:build": {
            ...withoutDialect(editorSchema(buildSchema)),
            description: "How this machine builds. Never changes what is built.",
          },
          ...preflight,
        },
        // A mistyped key of ours is a mistake, every other namespace is somebody else's.
        patternProperties: {
          "^ironic-images:(?!(userImages|deployImages|secretEnvironment|build|preflight|publicRoles)$)": false,
        },
      },
    },
  };
}

function editorSchema(schema: z.ZodType): Json {
  const options = {
    target: "draft-7",
    io: "input",
    override: ({
      zodSchema,
      jsonSchema,
      path,
    }: {
      zodSchema: z.core.$ZodType;
      jsonSchema: Json;
      path: (string | number)[];
    }) => {
      const fallback = fieldFacts.get(zodSchema as z.ZodType)?.fallback;
      // Values like "<name>.initrd" tell a reader something, but are no values.
      if (fallback !== undefined && !/[< ]/.test(String(fallback))) jsonSchema["default"] = fallback;
      if (path.at(-1) === "environment") describeEnvironment(jsonSchema, path.includes("build") ? deployVariables : {});
    },
  } as const;
  return z.toJSONSchema(schema, options as Parameters<typeof z.toJSONSchema>[1]) as Json;
}

function describeEnvironment(jsonSchema: Json, more: typeof deployVariables): void {
  const entry = ({ description, pattern }: { description: string; pattern: RegExp }) => ({
    type: "string",
    description,
    pattern: pattern.source,
  });
  delete jsonSchema["propertyNames"];
  jsonSchema["properties"] = Object.fromEntries(
    Object.entries({ ...allowedVariables, ...more }).map(([name, rule]) => [name, entry(rule)]),
  );
  jsonSchema["patternProperties"] = Object.fromEntries(
    Object.entries(allowedFamilies).map(([name, rule]) => [`^${name}[A-Za-z0-9_]+$`, entry(rule)]),
  );
  jsonSchema["additionalProperties"] = false;
}

function withoutDialect({ $schema: _, ...rest }: Json): Json {
  return rest;
}
