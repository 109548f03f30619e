import { bootFileRules } from "../../core/inspect/rules/boot-files.ts";
import { contentRules } from "../../core/inspect/rules/content.ts";
import { diskImageRules } from "../../core/inspect/rules/disk-image.ts";
import { preflightRules } from "../../core/openstack/preflight/rules.ts";
import { comparedFields } from "../../core/openstack/verify.ts";

/** A rule as a reader of the table wants it. */
export interface TrustedRule {
  readonly name: string;
  /** `always`: it is so by construction, and the test looks at what comes of it. */
  readonly severity: "error" | "warning" | "always";
  /** The upstream document or code. */
  readonly source: string;
  /** What a test writes that is about it; without it the name. */
  readonly inTests?: string;
}

/** Rules that are applied at one moment. */
export interface Gate {
  readonly title: string;
  readonly text: string;
  /** Paths of the tests that are nearest to its rules. */
  readonly near: RegExp;
  readonly rules: readonly TrustedRule[];
}

const error = (name: string, source: string): TrustedRule => ({ name, severity: "error", source });
const always = (name: string, source: string): TrustedRule => ({ name, severity: "always", source });
const fields = Object.entries(comparedFields).map(([name, source]) => ({
  ...error(name, source),
  inTests: `field: "${name}"`,
}));

/** All gates, in the order in which an image comes to them. */
export const gates: readonly Gate[] = [
  {
    title: "In the preview: can this cloud take it?",
    text: "Before anything is built. A cloud that cannot be reached or asked fails the preview too.",
    near: /^test\/core\/openstack\//,
    rules: [
      ...preflightRules,
      error(
        "other-cloud",
        "Glance deletes and hides by id, so the credentials of another cloud would orphan what is there",
      ),
    ],
  },
  {
    title: "After the build, download or import: what are these files?",
    text: "Nothing with an error enters the store. The message names file and rule, and warnings are kept in the artifact's record and said by `up`. The verdicts on formats are compared with oslo.utils, the inspector of Glance and Ironic: equal on a [corpus](../test/core/inspect/corpus/corpus.test.ts), and never more lenient on 2,000 [mutated files](../test/core/inspect/corpus/mutants.test.ts).",
    near: /^test\/core\/inspect\/.*-cases\.ts$|^test\/core\/inspect\/artifact/,
    rules: [
      ...diskImageRules,
      error("disk-readable", "QEMU, block/qcow2-cluster.c: what it cannot read ends qemu-img convert on the conductor"),
      ...bootFileRules,
      ...contentRules,
    ],
  },
  {
    title: "Before registration: sizes",
    text: "The size of the disk is known now. What tells Ironic how to deploy an image is the program's, and nobody can leave it out.",
    near: /^test\/e2e\/life-of-an-image|^test\/core\//,
    rules: [
      error("image-too-large", "Ironic, conductor: qemu-img convert unpacks an image to its virtual size"),
      error(
        "min-disk-too-small",
        "Glance, min_disk: whoever schedules by it offers the image to nodes that it does not fit",
      ),
      {
        ...always(
          "img_type",
          "Ironic, ironic/common/images.py is_whole_disk_image: a partition image without it and without ids is deployed as a whole disk",
        ),
        inTests: 'image["img_type"], "partition"',
      },
      {
        ...always(
          "kernel_id and ramdisk_id",
          "as img_type: a whole-disk image with one of them is deployed as a partition image",
        ),
        inTests: '"ramdisk_id" in disk',
      },
      error(
        "ramdisk-too-big",
        "Linux, init/initramfs.c do_populate_rootfs: packed and unpacked are in memory together",
      ),
    ],
  },
  {
    title: "Before each upload: the very bytes that were inspected",
    near: /^test\/core\/artifacts\/require-artifact/,
    text: "Sizes and digests are those in the state, and the header rules are applied again.",
    rules: [
      error("artifact-missing", "builds are not reproducible: what is built anew is another image"),
      error("artifact-differs", "as artifact-missing: kernel, ramdisk and image of two builds do not fit together"),
      error("artifact-corrupt", "nobody upstream knows what was built"),
    ],
  },
  {
    title: "After the upload: what Glance holds",
    near: /^test\/core\/openstack\//,
    text: "Field by field. A difference in one image of a triple publishes none of them.",
    rules: [
      ...fields,
      error(
        "image-deactivated",
        "Images API v2, image statuses: only administrators get the data of a deactivated image",
      ),
    ],
  },
  {
    title: "The boot test, where one is asked for",
    near: /^test\/core\/boot\//,
    text: "Its verdict is an input of the publication.",
    rules: [
      error(
        "boot-test-failed",
        "Linux, kernel/panic.c; login prompts of agetty and systemd; ironic-python-agent, agent.py `run`",
      ),
      error(
        "boot-test-unclear",
        "Linux, kernel/printk/printk.c print_time and init/version.c: no line of the kernel's was heard",
      ),
    ],
  },
];
