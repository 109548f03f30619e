import { quoted, type TextRule } from "./text.ts";

interface Variable extends TextRule {
  readonly description: string;
}

const variable = (pattern: RegExp, says: string, description: string): Variable => ({
  pattern,
  says,
  max: 1000,
  description,
});
const flag = (description: string) => variable(/^[01]$/, 'be "0" or "1"', description);
const truth = (description: string) => variable(/^(True|False)$/, 'be "True" or "False"', description);
const digits = (description: string) => variable(/^[0-9]{1,9}$/, "be digits", description);
const size = (description: string) => variable(/^[0-9]{1,6}(\.[0-9]{1,3})?$/, "be a number", description);
const word = (description: string) =>
  variable(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, "be one word of letters, digits and . _ + -", description);
const words = (description: string) =>
  variable(
    /^[A-Za-z0-9][A-Za-z0-9._:+-]*([ ,]+[A-Za-z0-9][A-Za-z0-9._:+-]*)*$/,
    "be words of letters, digits and . _ : + -",
    description,
  );
const argumentsText = (description: string) =>
  variable(/^[A-Za-z0-9 _=.,:/+@%-]*$/, "be letters, digits, spaces and _ = . , : / + @ % -", description);
const glob = (description: string) =>
  variable(/^[A-Za-z0-9*?][A-Za-z0-9._*?-]*$/, "be a file name pattern: letters, digits and . _ - * ?", description);

/** Rules for the values of variables, for lists like the one below. */
export const variableRules = { flag, truth, word };

/**
 * The variables of diskimage-builder 3.43.0 that a recipe may set, each with the values that are safe: the builder writes
 * some into files that are sourced, some into `sudo sh -c`. Left out: what this program sets, paths of the host, secrets.
 */
export const allowedVariables: Readonly<Record<string, Variable>> = {
  DIB_APT_MINIMAL_CREATE_INTERFACES: flag("Debian, Ubuntu: write a configuration for eth0 and eth1"),
  DIB_AVOID_PACKAGES_UPDATE: flag("Leave the packages of the base as they are"),
  DIB_BAREMETAL_INITRD_PATTERN: glob(
    "Which file in /boot is the ramdisk, when there are several; give the kernel's too",
  ),
  DIB_BAREMETAL_KERNEL_PATTERN: glob(
    "Which file in /boot is the kernel, when there are several; give the ramdisk's too",
  ),
  DIB_BOOTLOADER_DEFAULT_CMDLINE: argumentsText("Kernel parameters that the boot loader adds"),
  DIB_BOOTLOADER_SERIAL_CONSOLE: variable(
    /^[A-Za-z0-9]+(,[A-Za-z0-9]+)?$/,
    "be a console, e.g. ttyS0,115200",
    "Serial console of the boot loader and kernel",
  ),
  DIB_BOOTLOADER_USE_SERIAL_CONSOLE: truth("Whether boot loader and kernel use a serial console"),
  DIB_BOOTLOADER_VIRTUAL_TERMINAL: variable(
    /^[A-Za-z0-9]*$/,
    "be a terminal, e.g. tty0, or empty",
    "Virtual terminal of the kernel",
  ),
  DIB_CLOUD_INIT_ALLOW_SSH_PWAUTH: word("cloud-init: allow login by password over ssh"),
  DIB_CLOUD_INIT_DATASOURCES: words("cloud-init: where it looks for its data, in order"),
  DIB_CLOUD_INIT_ETC_HOSTS: word("cloud-init: value of manage_etc_hosts"),
  // A space would make the next word another argument of debootstrap.
  DIB_DEBIAN_COMPONENTS: variable(
    /^[a-z0-9-]+(,[a-z0-9-]+)*$/,
    "be words joined by commas",
    "Debian: components of the archive",
  ),
  DIB_DEBOOTSTRAP_DEFAULT_LOCALE: word("Debian, Ubuntu: locale of the image"),
  DIB_DEBOOTSTRAP_EXTRA_ARGS: variable(
    /^--(include|exclude)=[a-z0-9.+,-]+( --(include|exclude)=[a-z0-9.+,-]+)*$/,
    "be --include=… and --exclude=… with package names",
    "debootstrap: packages to add or leave out in the first step",
  ),
  DIB_DEFAULT_INSTALLTYPE: variable(
    /^(source|package)$/,
    "be source or package",
    "How elements install what they can install both ways",
  ),
  DIB_DEV_USER_GROUPS: words("devuser: groups"),
  DIB_DEV_USER_PWDLESS_SUDO: word("devuser: sudo without password"),
  DIB_DEV_USER_SHELL: variable(/^(\/[A-Za-z0-9_-]+)+$/, "be the path of a shell", "devuser: shell"),
  DIB_DEV_USER_USERNAME: word("devuser: name"),
  DIB_DHCP_CLIENT: word("dhcp-all-interfaces: client"),
  DIB_DHCP_NETWORK_MANAGER_AUTO: variable(
    /^(true|false)$/,
    'be "true" or "false"',
    "dhcp-all-interfaces: leave it to NetworkManager",
  ),
  DIB_DHCP_TIMEOUT: digits("dhcp-all-interfaces: seconds to wait for an address"),
  DIB_DNF_MODULE_STREAMS: words("dnf: module streams to enable"),
  DIB_ELREPO_KERNEL: flag("elrepo: install its kernel"),
  DIB_EPEL_DISABLED: flag("epel: leave the repository disabled"),
  DIB_FLAVOR: word("centos: flavour of the cloud image"),
  DIB_GROWVOLS_ARGS: argumentsText("growvols: its arguments"),
  DIB_GRUB_TIMEOUT: digits("GRUB: seconds that the menu waits"),
  DIB_GRUB_TIMEOUT_STYLE: variable(
    /^(menu|countdown|hidden)$/,
    "be menu, countdown or hidden",
    "GRUB: what it shows while it waits",
  ),
  DIB_IMAGE_EXTRA_SIZE: size("GB to add to the size of the files"),
  DIB_IMAGE_SIZE: size("GB of the image, instead of what its files need"),
  DIB_JOURNAL_SIZE: digits("MB of the file system's journal"),
  DIB_MODPROBE_BLACKLIST: words("modprobe: kernel modules that are not loaded"),
  DIB_NETWORK_INTERFACE_NAMES: words("Debian, Ubuntu: interfaces to configure"),
  DIB_NO_TIMER_CHECK: truth("Kernel parameter no_timer_check"),
  DIB_OPENSSH_SERVER_HARDENING: flag("openssh-server: stricter settings"),
  DIB_PYTHON_VERSION: variable(/^[23]$/, 'be "2" or "3"', "Python for the elements' own scripts"),
  DIB_SIMPLE_INIT_NETWORKMANAGER: flag("simple-init: use NetworkManager"),
  DIB_SIMPLE_INIT_NO_DHCP_FALLBACK: flag("simple-init: no DHCP when there is no configuration"),
  DIB_UBUNTU_KERNEL: word("ubuntu-minimal: package of the kernel"),
  DIB_YUM_MINIMAL_CREATE_INTERFACES: flag("centos-minimal, fedora-minimal: write a configuration for eth0 and eth1"),
};

/** Families of variables: the name ends in that of a repository or element, `-` written as `_`. */
export const allowedFamilies: Readonly<Record<string, Variable>> = {
  DIB_INSTALLTYPE_: variable(/^(source|package)$/, "be source or package", "How one element installs"),
  DIB_REPOLOCATION_: variable(
    /^https:\/\/[A-Za-z0-9._~:%-]+\/[A-Za-z0-9._~%+,=@:/-]*$/,
    "be an https address",
    "source-repositories: where one source comes from",
  ),
  DIB_REPOREF_: variable(
    /^(?!.*\.\.)[A-Za-z0-9*][A-Za-z0-9._/*-]*$/,
    "be a branch, tag or commit",
    "source-repositories: which state of one source",
  ),
  DIB_REPOTYPE_: variable(/^(git|tar)$/, "be git or tar", "source-repositories: what one source is"),
};

// Variables that people reach for, with the field that does it.
const instead: readonly (readonly [RegExp, string])[] = [
  [/^DIB_RELEASE$/, "say `release`"],
  [/^DIB_(LOCAL_IMAGE|CLOUD_IMAGES|CLOUD_SOURCE)$/, "say `baseImage`"],
  [/MIRROR|^DIB_APT_SOURCES|_REPO_CONF$/, "say `sources` for the finished image, `ironic-images:build` for the build"],
  [/^DIB_BLOCK_DEVICE/, "say `firmware`, or bring an element of your own"],
  [
    /PASSWORD|KEY|RHSM/,
    "secrets end up in the image in clear: name it in `secretEnvironment`, or leave it to cloud-init",
  ],
  [
    /^DIB_(IMAGE_CACHE|LOCKFILES|NO_TMPFS|MIN_TMPFS|OFFLINE|DEBUG_TRACE|QUIET|CHECKSUM)$/,
    "the build sets it, leave it out",
  ],
];

/** What is wrong with one variable of a recipe, or undefined. */
export function variableProblem(name: string, value: string): string | undefined {
  const family = Object.keys(allowedFamilies).find(
    (prefix) => name.startsWith(prefix) && /^[A-Za-z0-9_]+$/.test(name.slice(prefix.length)),
  );
  const rule = Object.hasOwn(allowedVariables, name)
    ? allowedVariables[name]
    : family === undefined
      ? undefined
      : allowedFamilies[family];
  if (rule === undefined) {
    const hint =
      instead.find(([pattern]) => pattern.test(name))?.[1] ??
      "take one of docs/reference.md, or bring an element of your own";
    return `this variable is not allowed: ${hint}`;
  }
  if (value.length > rule.max) return `has ${value.length} characters, at most ${rule.max} are allowed`;
  return rule.pattern.test(value) ? undefined : `${quoted(value)} must ${rule.says}`;
}
