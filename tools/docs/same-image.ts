/** Why an image of ours differs from a plain one in some paths, and how. `test/full/same-as-plain.test.ts` fails on any other difference. */
export interface ExplainedDifference {
  /** As the page shows it. */
  readonly shown: string;
  /** Every path that it is about, in the image. */
  readonly path: RegExp;
  /** Only in one of the images, or these things of what is in both. */
  readonly may: "only plain" | "only ours" | readonly ("mode" | "owner" | "size" | "target" | "content")[];
  readonly why: string;
}

/** Of the image's root file system. */
export const imageDifferences: readonly ExplainedDifference[] = [
  {
    shown: "/boot/initrd.img-*",
    path: /^\/boot\/initrd\.img-[\w.+-]+$/,
    may: ["size", "content"],
    why: "a compressed archive with times in it; what is in it is compared file by file",
  },
  {
    shown: "/etc/apt/sources.list.d/*.list",
    path: /^\/etc\/apt\/sources\.list\.d\/(default|security|updates)\.list$/,
    may: ["size", "content"],
    why: "a plain image keeps the mirrors of the build host, ours has the distribution's or the recipe's",
  },
  {
    shown: "/etc/dib-manifests/dib_arguments",
    path: /^\/etc\/dib-manifests\/dib_arguments$/,
    may: ["size", "content"],
    why: "the words of the command: ours names architecture, format and compression",
  },
  {
    shown: "/etc/dib-manifests/dib_environment",
    path: /^\/etc\/dib-manifests\/dib_environment$/,
    may: ["size", "content"],
    why: "the variables of the build: ours has the recipe's alone, not the build host's paths and mirrors",
  },
  {
    shown: "/etc/resolv.conf",
    path: /^\/etc\/resolv\.conf$/,
    may: ["size", "content"],
    why: "a plain image keeps the build host's name servers, in ours it is empty",
  },
  {
    shown: "/etc/iscsi/initiatorname.iscsi",
    path: /^\/etc\/iscsi\/initiatorname\.iscsi$/,
    may: ["content"],
    why: "a random name that open-iscsi makes when it is installed; in two plain builds it differs as well",
  },
  {
    shown: "/var/cache/ldconfig/aux-cache",
    path: /^\/var\/cache\/ldconfig\/aux-cache$/,
    may: ["content"],
    why: "times and inode numbers of libraries; in two plain builds it differs as well",
  },
];

/** Of the ramdisk beside it. */
export const ramdiskDifferences: readonly ExplainedDifference[] = [
  {
    shown: "/etc/initiatorname.iscsi (in the ramdisk)",
    path: /^\/etc\/initiatorname\.iscsi$/,
    may: ["content"],
    why: "the image's own, see above",
  },
];

/** The section of docs/performance.md. */
export function sameImage(): string {
  const rows = [...imageDifferences, ...ramdiskDifferences].map(
    ({ shown, may, why }) => `| \`${shown}\` | ${typeof may === "string" ? may : may.join(", ")} | ${why} |`,
  );
  return `## The same image

\`test/full/same-as-plain.test.ts\` builds \`debian-minimal baremetal dhcp-all-interfaces enable-serial-console grub2\` with plain \`disk-image-create\`, and here with everything that makes builds faster. Packages and their
versions, and the kernel, must be the same. Files are compared by path, type, mode, owner, size, link target, extended attributes and content, those in the ramdisk too; this may differ, and nothing else:

| path | what | why |
| --- | --- | --- |
${rows.join("\n")}`;
}
