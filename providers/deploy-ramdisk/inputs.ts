import { z } from "zod";
import type { DeployContent } from "../../core/recipe/deploy-content.ts";
import { deployVariableProblem } from "../../core/recipe/deploy-environment.ts";
import { textMap } from "../../core/recipe/schema.ts";
import { text } from "../../core/recipe/fields.ts";
import { secretFields } from "../../core/recipe/secret-fields.ts";
import * as rule from "../../core/recipe/text.ts";
import { failuresOf } from "../failures.ts";

const sha256 = text(rule.sha256Hex);
const architecture = z.enum(["amd64", "arm64"]);
const source = z.union([
  z.strictObject({ sha256 }),
  z.strictObject({ gitRef: text(rule.gitRef), repository: text(rule.repositoryUrl).optional() }),
  z.strictObject({ unpinned: z.literal(true) }),
]);
const tls = z.union([
  z.strictObject({ certificate: sha256, key: sha256, clientCa: sha256.optional() }),
  z.strictObject({
    selfSigned: z.strictObject({ hostname: text(rule.hostName), days: z.int().min(1) }),
    clientCa: sha256.optional(),
  }),
]);

const build = z.strictObject({
  kind: z.literal("deploy-build"),
  distribution: text(rule.elementName),
  release: text(rule.releaseName),
  architecture,
  elements: z.array(text(rule.elementName)),
  packages: z.array(text(rule.packageName)),
  agent: source,
  requirements: source,
  simpleInit: source,
  wheels: z.strictObject({ sha256 }).optional(),
  tls: tls.optional(),
  trustedCa: sha256.optional(),
  compression: z.enum(["gzip", "zstd"]),
  dynamicLogin: z.boolean(),
  environment: textMap(deployVariableProblem),
  ...secretFields,
  secretStack: z.string().optional(),
  revision: z.string().max(255).optional(),
});

const common = { kind: z.literal("deploy-download"), architecture };
const files = z.strictObject({ ...common, kernelSha256: sha256, initramfsSha256: sha256 });
const tarball = z.strictObject({ ...common, tarballSha256: sha256 });

/** The guard behind the program's own validation: the rules again, on a content that came another way. Empty if all is well. */
export function contentFailures(content: DeployContent): { property: string; reason: string }[] {
  return failuresOf(schemaOf(content).safeParse(content).error?.issues);
}

function schemaOf(content: DeployContent): z.ZodType {
  if (content.kind === "deploy-build") return build;
  return "tarballSha256" in content ? tarball : files;
}
