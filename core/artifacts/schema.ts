import { z } from "zod";
import { buildId } from "./build-id.ts";
import { artifactFileNames, artifactFileRoles, artifactFormats } from "./names.ts";
import type { ArtifactRecord } from "./record.ts";

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const texts = z.record(z.string(), z.string());

const file = z.object({
  name: z.string().min(1),
  size: z.number().int().positive(),
  sha256: hex(64),
  sha512: hex(128),
  format: z.enum(["qcow2", "raw", "aki", "ari"]),
  virtualSize: z.number().int().positive(),
});

const architecture = z.enum(["amd64", "arm64"]);

// Of what decides the bytes, the part that this program relies on when it reads a record.
const buildInputs = {
  fingerprintVersion: z.number(),
  distribution: z.string(),
  release: z.string(),
  architecture,
  elements: z.array(z.string()),
  packages: z.array(z.string()),
  environment: texts,
  command: z.array(z.string()),
  elementDigests: texts,
  hooksDigest: z.string(),
  builder: texts,
};

const inputs = z.discriminatedUnion("kind", [
  z.looseObject({ ...buildInputs, kind: z.enum(["partition", "whole-disk"]), diskFormat: z.enum(["qcow2", "raw"]) }),
  z.looseObject({ ...buildInputs, kind: z.literal("deploy-build") }),
  z.looseObject({ kind: z.literal("deploy-download"), fingerprintVersion: z.number(), architecture }),
]);

const count = z.number().int().nonnegative();
const inspection = z.object({
  rules: count.exactOptional(),
  image: z
    .object({
      virtualSize: count,
      partitionTable: z.enum(["mbr", "gpt"]).exactOptional(),
      fileSystems: z.array(z.string()),
    })
    .exactOptional(),
  kernel: z.object({ kind: z.string(), architecture: z.string(), version: z.string().exactOptional() }).exactOptional(),
  ramdisk: z
    .object({ parts: z.array(z.string()), unpackedSize: count, moduleVersions: z.array(z.string()) })
    .exactOptional(),
  warnings: z.array(z.string()),
});

const schema = z
  .object({
    schema: z.literal(1),
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
    fingerprint: hex(64),
    inputs,
    buildId: hex(64),
    inspection: inspection.exactOptional(),
    files: z.object({ image: file.exactOptional(), kernel: file.exactOptional(), ramdisk: file.exactOptional() }),
    tools: texts,
    seconds: z.record(z.string(), z.number()),
    space: z.object({ build: count, cache: count }).exactOptional(),
    builtAt: z.iso.datetime(),
  })
  .superRefine((record, context) => {
    const names: Partial<Record<string, string>> = artifactFileNames(record.name, record.inputs);
    for (const role of artifactFileRoles) {
      if (record.files[role]?.name !== names[role]) {
        context.addIssue({
          code: "custom",
          path: ["files", role, "name"],
          message: `must be ${names[role] ?? "absent"}`,
        });
      }
    }
    const formats = artifactFormats(record.inputs);
    for (const role of artifactFileRoles) {
      if (record.files[role] !== undefined && record.files[role].format !== formats[role]) {
        context.addIssue({ code: "custom", path: ["files", role, "format"], message: `must be ${formats[role]}` });
      }
    }
    if (record.buildId !== buildId(record.files)) {
      context.addIssue({ code: "custom", path: ["buildId"], message: "does not follow from the digests of the files" });
    }
  });

/** The text of an `artifact.json`. */
export function recordText(record: ArtifactRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** Reads the text of an `artifact.json`; the second form says what is wrong with it in one line. */
export function parseRecord(text: string): { readonly record: ArtifactRecord } | { readonly why: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { why: "it is not JSON" };
  }
  const result = schema.safeParse(json);
  // The schema checks what this program relies on; the rest of the inputs is passed on as it was written.
  if (result.success) return { record: result.data as unknown as ArtifactRecord };
  return { why: result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ") };
}
