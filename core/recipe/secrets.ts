import type { Problem } from "./problems.ts";
import { isMapping } from "./problems.ts";
import { quoted, type TextRule } from "./text.ts";

/** The part of a content that speaks of secrets: never a value. All absent where there are none. */
export interface SecretContent {
  /** Names of the variables, sorted. */
  readonly secretEnvironment?: readonly string[];
  /** Files of the finished image that may hold a value, sorted. */
  readonly secretFiles?: readonly string[];
  /** Every stack may use what is built with the values of one. */
  readonly shareSecretArtifact?: true;
  /** Otherwise the one that may; a part of the fingerprint, so that what another stack built is another artifact. */
  readonly secretStack?: string;
}

/** Any content; that of a download has no secrets. */
export type ContentWithSecrets = SecretContent & { readonly kind: string };

/** What a recipe, or a deploy image, says of secrets. */
export interface SecretFields {
  readonly secretEnvironment?: readonly string[] | undefined;
  readonly secretFiles?: readonly string[] | undefined;
  readonly shareSecretArtifact?: boolean | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** Variables of diskimage-builder's elements that take a secret and hand it to nobody in an argument. */
const ofBuilder = ["DIB_DEV_USER_PASSWORD"];

/** Names of secret variables: none that a shell, a loader or the builder acts on by itself. */
export const secretName: TextRule = {
  pattern: new RegExp(
    `^(${ofBuilder.join("|")}|(?!DIB_|REG_|IRONIC_IMAGES_)[A-Z][A-Z0-9_]*_(PASSWORD|PASSPHRASE|TOKEN|SECRET|KEY|CREDENTIALS?))$`,
  ),
  says: `be ${ofBuilder.join(", ")}, or a name for elements of your own in capitals that ends in _PASSWORD, _PASSPHRASE, _TOKEN, _SECRET, _KEY or _CREDENTIAL; other variables of the builder's elements end up in arguments or in the image`,
  max: 100,
};

/** A file inside the image. */
export const imageFile: TextRule = {
  pattern: /^(?!.*\/\.{1,2}(\/|$))(\/[A-Za-z0-9._+@:-]+)+$/,
  says: "be the absolute path of a file in the image, without spaces and ..",
  max: 500,
};

/** Characters. A shorter value can be in an image by chance, and a search for it would say nothing. */
const shortest = 8;
/** Of letters alone, or of digits alone: such texts are words and numbers up to this length. */
const shortestPlain = 16;
const longest = 4096;

/** What is wrong with a value, in words that give nothing of it away, or undefined. */
export function secretValueProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return "must be text: write it in quotes";
  if (!/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u.test(value))
    return "has several lines or control characters: put it into base64, and let the element unpack it";
  if (value.length > longest) return `is longer than ${longest} characters`;
  if (value.length < shortest)
    return `is shorter than ${shortest} characters: it could be in an image by chance, so nobody could tell whether it got there`;
  if (value.trim() !== value) return "begins or ends with a space";
  if (new Set(value).size < 4) return "has fewer than 4 different characters: it could be in an image by chance";
  if (value.length < shortestPlain && /^(\p{L}+|\p{N}+)$/u.test(value))
    return `is a word or a number: it could be in an image by chance. Take one of ${shortestPlain} characters or more, or mix letters, digits and signs`;
  return undefined;
}

/** `ironic-images:secretEnvironment`, checked: the values that are right, by name. No problem shows any of a value. */
export function checkSecretValues(raw: unknown): { values: Record<string, string>; problems: Problem[] } {
  if (!isMapping(raw))
    return { values: {}, problems: [{ path: [], message: `must be a mapping: ${howToSet("NAME")}` }] };
  const values: Record<string, string> = {};
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(raw)) {
    const message = secretName.pattern.test(name) ? secretValueProblem(value) : `the name must ${secretName.says}`;
    if (message === undefined) values[name] = String(value);
    else problems.push({ path: [name], message });
  }
  return { values, problems };
}

/** What the schema of one field cannot see. */
export function secretProblems(fields: SecretFields): Problem[] {
  const { secretEnvironment = [], secretFiles, shareSecretArtifact, environment = {} } = fields;
  const both = secretEnvironment.filter((name) => Object.hasOwn(environment, name));
  const alone = secretEnvironment.length > 0 ? [] : Object.entries({ secretFiles, shareSecretArtifact });
  return [
    ...both.map((name) => ({ path: ["environment", name], message: "is in secretEnvironment too: leave it out here" })),
    ...alone
      .filter(([, value]) => value !== undefined)
      .map(([field]) => ({ path: [field], message: "is for images with secretEnvironment: leave the key out" })),
  ];
}

/** What a recipe comes to; whose secrets they are is said by {@link ofStack}. */
export function resolveSecrets(fields: SecretFields): SecretContent {
  const { secretEnvironment = [], secretFiles = [], shareSecretArtifact = false } = fields;
  if (secretEnvironment.length === 0) return {};
  return {
    secretEnvironment: [...new Set(secretEnvironment)].sort(),
    ...(secretFiles.length === 0 ? {} : { secretFiles: [...new Set(secretFiles)].sort() }),
    ...(shareSecretArtifact ? { shareSecretArtifact } : {}),
  };
}

/** The content as a stack builds it. */
export function ofStack<Content extends ContentWithSecrets>(content: Content, stack: string): Content {
  const { secretEnvironment, shareSecretArtifact } = content;
  return secretEnvironment === undefined || shareSecretArtifact ? content : { ...content, secretStack: stack };
}

/**
 * The names that a content asks for, and the stack has no value of: a problem each.
 * @param recipe of a user image
 */
export function missingSecrets(
  { secretEnvironment = [] }: SecretContent,
  known: ReadonlySet<string>,
  recipe?: string,
): Problem[] {
  const owner = recipe === undefined ? "" : ` with which recipe ${recipe} is built,`;
  return secretEnvironment
    .filter((name) => !known.has(name))
    .map((name) => ({
      path: [],
      message: `needs the secret ${name},${owner} and the stack has no value of it: ${howToSet(name)}`,
    }));
}

/** The command that gives a stack a secret; Pulumi asks for the value. */
export function howToSet(name: string): string {
  return `pulumi config set --secret --path ${quoted(`ironic-images:secretEnvironment.${name}`).replaceAll('"', "'")}`;
}
