/** A rule for text that may reach a root shell, a path or another service: what it must look like, and how to say so. */
export interface TextRule {
  readonly pattern: RegExp;
  /** Ends a sentence that starts with "must", e.g. `must be digits`. */
  readonly says: string;
  /** Most characters. */
  readonly max: number;
}

/** Names in Glance and keys of a stack: safe as an argument, a file name and a shell word. */
export const imageName: TextRule = {
  // In JavaScript no key of a plain object can be __proto__.
  pattern: /^(?!.*\.\.)(?!__proto__$)[A-Za-z0-9_][A-Za-z0-9._+-]*$/,
  says: "be letters, digits and . _ + - without spaces, must not start with - or . and not contain ..",
  max: 255,
};

/** Names of recipes, and so of artifacts: parts of file names, with a fingerprint behind them. */
export const recipeName: TextRule = {
  pattern: /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*$/,
  says: "be letters, digits and . _ - without spaces, must start with a letter or digit and not contain ..",
  max: 100,
};

/** Names of elements, as diskimage-builder takes them on its command line. */
export const elementName: TextRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
  says: "be the name of an element: letters, digits, _ and -, not starting with -",
  max: 100,
};

/** `DIB_RELEASE`: the builder puts it into `sudo sh -c` (element debootstrap, root.d/08-debootstrap). */
export const releaseName: TextRule = {
  pattern: /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*$/,
  says: 'be the name of a release, e.g. noble or "43": letters, digits and . _ -',
  max: 100,
};

/** Packages of Debian and RPM distributions, with a version if wanted: the builder passes them to `sh -c` as root. */
export const packageName: TextRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9.+_:~=-]*$/,
  says: "be the name of one package: letters, digits and . + - _ : ~ =, not starting with -",
  max: 255,
};

/** Addresses that can reach a shell of the builder, or its sed commands, whose parts a comma ends (element centos, pre-install.d/00-02-set-centos-mirror). */
export const plainUrl: TextRule = {
  pattern: /^https?:\/\/[A-Za-z0-9._~:@%[\]-]+(\/[A-Za-z0-9._~%+=@:/-]*)?$/,
  says: "be an http or https address without spaces, quotes, commas, ?, &, ; or $",
  max: 2000,
};

/** Addresses that only this program opens, so a query is harmless. */
export const downloadUrl: TextRule = {
  pattern: /^https?:\/\/[A-Za-z0-9._~:@%[\]-]+\/[A-Za-z0-9._~%+,=@:/?&-]*$/,
  says: "be an http or https address of a file, without spaces, quotes, ; or $",
  max: 2000,
};

/** One argument of a kernel's command line. */
export const kernelArgument: TextRule = {
  pattern: /^[\x21-\x7e]+$/,
  says: "be one argument of the kernel, without spaces",
  max: 255,
};

/** What looks to a person as it is: no control characters, none that turn the direction of text or cannot be seen, no half of a surrogate pair. */
const plainText = String.raw`[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]`;

/** Any text that only stands for itself. */
export const freeText: TextRule = {
  pattern: new RegExp(`^${plainText}*$`, "u"),
  says: "be text of one line, without characters that cannot be seen",
  max: 255,
};

/** Text of a serial console, which comes without control characters. */
export const bootMarker: TextRule = {
  pattern: new RegExp(String.raw`^(?!\s)${plainText}+$`, "u"),
  says: "be text of one line, not starting with a space",
  max: 200,
};

/** Value of `no_proxy`. */
export const noProxyList: TextRule = {
  pattern: /^[A-Za-z0-9.,:*/_-]+$/,
  says: "be host names joined by commas, without spaces",
  max: 2000,
};

/** A file of the build host. */
export const absolutePath: TextRule = {
  pattern: /^(\/[A-Za-z0-9._+@-]+)+$/,
  says: "be the absolute path of a file, without spaces",
  max: 1000,
};

/** A file of the project. Whether it stays inside is another check. */
export const projectPath: TextRule = {
  pattern: /^[A-Za-z0-9._/+-]+$/,
  says: "be the path of a file in the project: letters, digits and . _ / + -",
  max: 500,
};

/** Where an archive is: a path or `file:` address in the project, or an http(s) address. What it leads to is another check. */
export const archivePlace: TextRule = {
  pattern: new RegExp(String.raw`^((file:)?[A-Za-z0-9._/+-]+|${downloadUrl.pattern.source.slice(1, -1)})$`),
  says: "be the path of a file in the project, of letters, digits and . _ / + -, or an http or https address without spaces, quotes, ; or $",
  max: 2000,
};

/** A tag or commit of git, or a branch. */
export const gitRef: TextRule = {
  pattern: /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*$/,
  says: "be a branch, tag or commit: letters, digits and . _ / -",
  max: 200,
};

/** A version of the Python index (PEP 440). */
export const pythonVersion: TextRule = {
  pattern: /^[0-9][0-9A-Za-z.+!-]*$/,
  says: 'be a version, e.g. "13.0.0"',
  max: 50,
};

/** A host name that goes into a certificate. */
export const hostName: TextRule = {
  pattern: /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
  says: "be a host name",
  max: 253,
};

/** Address of a git repository. */
export const repositoryUrl: TextRule = {
  pattern: /^https:\/\/[A-Za-z0-9._~:%-]+\/[A-Za-z0-9._~%+,=@:/-]*$/,
  says: "be an https address",
  max: 2000,
};

/** Id of an OpenStack project, as Keystone makes it (uuid4().hex); capitals are made small, because Glance compares text. */
export const projectId: TextRule = {
  pattern: /^[0-9a-fA-F]{32}$/,
  says: "be the id of a project as Keystone gives it, 32 of 0-9 and a-f without dashes: openstack project show NAME -f value -c id",
  max: 36,
};

/** Hex sha256. */
export const sha256Hex: TextRule = { pattern: /^[0-9a-f]{64}$/, says: "be a sha256: 64 of 0-9 and a-f", max: 64 };

/** Whether a URL that its rule accepted has a host and port that can be. */
export function isAddress(url: string): boolean {
  return URL.canParse(url) && new URL(url).hostname !== "";
}

/** What is wrong with the text under the rule, or undefined. Shown with its control characters escaped. */
export function textProblem(text: string, rule: TextRule): string | undefined {
  if (text.length > rule.max) return `has ${text.length} characters, at most ${rule.max} are allowed`;
  return rule.pattern.test(text) ? undefined : `${quoted(text)} must ${rule.says}`;
}

/** The text as JSON, shortened: safe to print, whatever it holds. */
export function quoted(value: unknown): string {
  const text = visible(asJson(value));
  const characters = [...text];
  return characters.length > 60 ? `${characters.slice(0, 57).join("")}…"` : text;
}

/** A name of a file as it is, or quoted if it holds more than a name should. */
export function shownName(name: string): string {
  return /^[\p{L}\p{M}\p{N}._/+@%=,:~-]+$/u.test(name) ? name : quoted(name);
}

/** A line of text in which nothing is hidden from who reads it on a terminal. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Nested more deeply than a stack is.
    return Array.isArray(value) ? "[…]" : "{…}";
  }
}

// What a terminal would act on, or would not show.
function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
