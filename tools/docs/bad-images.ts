/** A bad image, and the test in which it is stopped. */
export interface BadImage {
  readonly what: string;
  readonly made: string;
  readonly gate: string;
  /** Path in the project. */
  readonly test: string;
  /** Stands in that file. */
  readonly title: string;
}

const here = "test/e2e/bad-images.test.ts";
const afterBuild = "after the build";

/** Bad images that reach the gates of a real engine and a real Glance. */
export const badImages: readonly BadImage[] = [
  {
    what: "whole disk under a partition recipe",
    made: "an element brings a partition table",
    gate: `${afterBuild}: partition-image-without-table`,
    test: here,
    title: "whole-disk-as-partition",
  },
  {
    what: "partition image without kernel",
    made: "an element removes it",
    gate: "in the build: diskimage-builder's own hook fails",
    test: here,
    title: "without-kernel",
  },
  {
    what: "a script in the kernel's place",
    made: "an element writes it",
    gate: `${afterBuild}: kernel-is-kernel`,
    test: here,
    title: "script-as-kernel",
  },
  {
    what: "UEFI image without EFI system partition",
    made: "the disk is built for BIOS on a GPT, and stands in the store as that of a UEFI recipe: a UEFI build needs VFAT in the kernel",
    gate: "when an artifact of the store is taken: uefi-needs-esp",
    test: here,
    title: "uefi-without-esp",
  },
  {
    what: "truncated qcow2",
    made: "the build's qemu-img loses half of its output",
    gate: `${afterBuild}: qcow2-clusters-inside`,
    test: here,
    title: "truncated",
  },
  {
    what: "qcow2 with a backing file",
    made: "the build's qemu-img writes one",
    gate: `${afterBuild}: qcow2-no-backing-file`,
    test: here,
    title: "with-backing-file",
  },
  {
    what: "a byte flipped between build and upload",
    made: "in the store",
    gate: "before the upload: the store sets it aside, artifact-missing",
    test: here,
    title: "a byte flipped in the store",
  },
  {
    what: "a byte changed on the way to Glance",
    made: "a proxy",
    gate: "at the end of the upload: the openstack plugin compares the md5",
    test: "test/e2e/recovery.test.ts",
    title: "a byte that is changed on the way",
  },
  {
    what: "root file system without init",
    made: "mkfs.ext4, with the kernel and ramdisk of a real Debian build",
    gate: "boot test: boot-test-failed",
    test: "test/e2e/debian.test.ts",
    title: "a root file system that has no init",
  },
  {
    what: "a new build whose kernel panics",
    made: "a boot sector that says so",
    gate: "boot test: boot-test-failed",
    test: "test/e2e/boot-test.test.ts",
    title: "a new build that does not boot is not published",
  },
];
