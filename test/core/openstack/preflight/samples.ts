import type { GlanceImage } from "../../../../core/openstack/glance.ts";
import type { CloudFacts } from "../../../../core/openstack/preflight/facts.ts";
import type { PlannedGroup } from "../../../../core/openstack/preflight/plan.ts";

const MIB = 1024 * 1024;

/** A partition image of 10, 20 and 70 MiB. */
export const triple: PlannedGroup = {
  configKey: "userImages.my-image",
  imageKey: "my-image",
  fingerprint: "f1",
  visibility: "public",
  images: [
    { ...planned("image", "my-image", "name", 70), diskFormat: "qcow2", containerFormat: "bare" },
    { ...planned("kernel", "my-image.vmlinuz", "kernelName", 10), diskFormat: "aki", containerFormat: "aki" },
    { ...planned("ramdisk", "my-image.initrd", "ramdiskName", 20), diskFormat: "ari", containerFormat: "ari" },
  ],
};

function planned(role: "image" | "kernel" | "ramdisk", name: string, field: string, mib: number) {
  return { role, name, nameKey: `userImages.my-image.${field}`, size: mib * MIB };
}

/** A cloud of no image that takes everything, asked by an administrator. */
export const open: CloudFacts = {
  formats: { disk: ["aki", "ari", "qcow2", "raw"], container: ["aki", "ari", "bare"] },
  usage: {},
  stores: [{ id: "disk", isDefault: true, isReadOnly: false }],
  projectId: "p9",
  own: [],
  named: [],
  roles: ["admin", "member", "reader"],
};

export const stack = { project: "ironic-images", stack: "lab" };

/** An image record. */
export function record(fields: Readonly<Record<string, unknown>>): GlanceImage {
  return {
    id: "i1",
    owner: "p9",
    status: "active",
    visibility: "public",
    size: 1,
    disk_format: "qcow2",
    container_format: "bare",
    ...fields,
  } as GlanceImage;
}

/** The three images of `triple`, as this stack has registered them. */
export const registered = ["bare", "aki", "ari"].map((container_format) => {
  const origin = {
    ironic_images_project: "ironic-images",
    ironic_images_stack: "lab",
    ironic_images_image: "my-image",
  };
  return record({ container_format, ...origin, ironic_images_fingerprint: "f1" });
});
