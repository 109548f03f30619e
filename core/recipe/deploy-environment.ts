import { variableProblem, variableRules } from "./environment.ts";
import { quoted, type TextRule } from "./text.ts";

const { flag, truth, word } = variableRules;

const lowerTruth = (description: string) => ({
  pattern: /^(true|false)$/,
  says: 'be "true" or "false"',
  max: 5,
  description,
});

/** Variables of ironic-python-agent-builder 7.4.0 that a stack may set, besides those of diskimage-builder. */
export const deployVariables: Readonly<Record<string, TextRule & { readonly description: string }>> = {
  DIB_IPA_DISABLE_JOURNAL_MAX_LOG_SIZE: truth("No limit of 15 MB for the ramdisk's journal"),
  DIB_IPA_ENABLE_RESCUE: lowerTruth("Whether the ramdisk can rescue a node"),
  DIB_IPA_ENABLE_SYSTEMD_NETWORKD: lowerTruth("Debian: systemd-networkd in place of ifupdown"),
  DIB_IPA_HARDWARE_PACKAGE: word("extra-hardware: package of python-hardware"),
  DIB_IPA_HARDWARE_RDO: word("extra-hardware: release of RDO that it comes from"),
  DIB_IPA_HARDWARE_VERSION: word("extra-hardware: version of python-hardware"),
  DIB_IPA_MINIMAL_PRUNE: flag("Leave most of what the builder would prune"),
  IPA_REMOVE_FIRMWARE: {
    // `rm -rf /lib/firmware/NAME*` in a chroot that has the build host's /dev (99-remove-extra-packages).
    pattern: /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*(,[A-Za-z0-9][A-Za-z0-9._/-]*)*$/,
    says: "be names below /lib/firmware joined by commas, without ..",
    max: 4000,
    description: "Firmware that is taken out, in place of the builder's list",
  },
};

// What has a field of its own.
const instead: readonly (readonly [RegExp, string])[] = [
  [
    /^DIB_(REPO|INSTALLTYPE_)[A-Z]*_?(ironic_python_agent|requirements|glean|simple_init)$/,
    "say `agent`, `requirements` or `simpleInit`",
  ],
  [/^DIB_IPA_(CERT|CERT_FILE|KEY_FILE|CA_FILE|CERT_HOSTNAME|CERT_EXPIRATION)$/, "say `tls` or `trustedCa`"],
  [/^DIB_IPA_COMPRESS_CMD$/, "say `compression`"],
];

/** What is wrong with one variable of a build of deploy images, or undefined. */
export function deployVariableProblem(name: string, value: string): string | undefined {
  const hint = instead.find(([pattern]) => pattern.test(name))?.[1];
  if (hint !== undefined) return `this variable is not allowed: ${hint}`;
  const rule = Object.hasOwn(deployVariables, name) ? deployVariables[name] : undefined;
  if (rule === undefined) return variableProblem(name, value);
  if (value.length > rule.max) return `has ${value.length} characters, at most ${rule.max} are allowed`;
  return rule.pattern.test(value) ? undefined : `${quoted(value)} must ${rule.says}`;
}
