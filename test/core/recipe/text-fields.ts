import assert from "node:assert/strict";
import { z } from "zod";
import { deployImageFields } from "../../../core/recipe/deploy-schema.ts";
import { recipeFields } from "../../../core/recipe/schema.ts";
import { buildFields, preflightFields, userImageFields } from "../../../core/recipe/stack-schema.ts";

/** A place in recipes and stack config that takes text from a person. */
export interface TextField {
  /** `recipe.elements[]`, `deployImages.build.agent.ref`; `[]` is an entry of a list. */
  readonly name: string;
  /** Keys from the file's top; a number is an entry of a list. */
  readonly path: readonly (string | number)[];
  readonly source: "recipe" | "stack";
  /** A map of names to text, instead of one text. */
  readonly isMap: boolean;
  /** What checks one text, or one map. */
  readonly schema: z.ZodType;
}

const roots: readonly (readonly [
  string,
  TextField["source"],
  readonly string[],
  Readonly<Record<string, z.ZodType>>,
])[] = [
  ["recipe", "recipe", [], recipeFields],
  ["userImages", "stack", ["userImages", "a"], userImageFields],
  ["deployImages", "stack", ["deployImages", "amd64"], deployImageFields],
  ["build", "stack", ["build"], buildFields],
  ["stack", "stack", [], preflightFields],
];

/** Every text of the schemas. A kind of schema that is not known here fails: nobody would know whether it takes text. */
export function textFields(): TextField[] {
  return roots.flatMap(([root, source, at, shape]) =>
    Object.entries(shape).flatMap(([key, schema]) =>
      below(schema, `${root}.${key}`, [...at, key]).map((field) => ({ ...field, source })),
    ),
  );
}

function below(schema: z.core.$ZodType, name: string, path: TextField["path"]): Omit<TextField, "source">[] {
  if (schema instanceof z.ZodOptional) return below(schema.unwrap(), name, path);
  if (schema instanceof z.ZodString) return [{ name, path, isMap: false, schema }];
  if (schema instanceof z.ZodRecord) return [{ name, path, isMap: true, schema }];
  if (schema instanceof z.ZodArray) return below(schema.element, `${name}[]`, [...path, 0]);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => below(option, name, path));
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, each]) =>
      below(each, `${name}.${key}`, [...path, key]),
    );
  const takesNoText = [z.ZodEnum, z.ZodLiteral, z.ZodNumber, z.ZodBoolean].some((kind) => schema instanceof kind);
  assert.ok(takesNoText, `${name}: the walk does not know this kind of schema`);
  return [];
}

/** Nested mappings and lists with one value in them. */
export function nested(path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = nested(rest, value);
  return typeof key === "number" ? [inner] : { [key]: inner };
}
