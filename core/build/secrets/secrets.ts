import { IronicImagesError } from "../../errors.ts";
import type { ContentWithSecrets } from "../../recipe/secrets.ts";
import type { Secrets } from "../executor.ts";
import type { PrivateText } from "../sources/private-texts.ts";
import { secretForms } from "./secret-forms.ts";

/**
 * The secrets that a job may know, of those of the stack: the ones that its recipe names.
 * @throws IronicImagesError `secret-missing`, with names only
 */
export function secretsOf({ secretEnvironment = [] }: ContentWithSecrets, secrets: Secrets): Secrets {
  const missing = secretEnvironment.filter((name) => !Object.hasOwn(secrets, name));
  if (missing.length > 0)
    throw new IronicImagesError(
      "secret-missing",
      `The build has no value of ${missing.join(", ")}: set ironic-images:secretEnvironment in the stack, and run again`,
    );
  return Object.fromEntries(secretEnvironment.map((name) => [name, secrets[name] ?? ""]));
}

/**
 * The first line of a sandbox's standard input (sandbox/inside.sh): base64 of `NAME=value` words that end with NUL, and of what our last hook
 * searches the image for. Empty for a build without secrets.
 */
export function secretsLine({ secretFiles = [] }: ContentWithSecrets, secrets: Secrets): string {
  const entries = Object.entries(secrets);
  if (entries.length === 0) return "";
  const environment = entries.map(([name, value]) => `${name}=${value}\0`).join("");
  const forms = Object.fromEntries(entries.map(([name, value]) => [name, secretForms(value)]));
  const search = JSON.stringify({ forms, allowed: secretFiles });
  return [environment, search].map((text) => Buffer.from(text).toString("base64")).join(" ");
}

/** What is taken out of the log. */
export function secretTexts(secrets: Secrets): PrivateText[] {
  return Object.entries(secrets).flatMap(([name, value]) =>
    secretForms(value).map((text) => ({ text, what: `secret ${name}`, kind: "credential" as const })),
  );
}
