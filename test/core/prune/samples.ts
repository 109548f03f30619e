import type { GlanceImage } from "../../../core/openstack/glance.ts";
import type { BaremetalNode } from "../../../core/openstack/ironic.ts";
import { planPrune, type Findings } from "../../../core/prune/plan.ts";

export const owner = { projectId: "project-1", project: "ironic-images", stack: "prod" };
export const now = new Date("2026-03-01T12:00:00Z");

/** A UUID that is easy to tell from another. */
export function uuid(digit: number): string {
  return `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;
}

/** An active user image of stack `prod`, made yesterday; anything may be otherwise. */
export function image(digit: number, fields: Readonly<Record<string, unknown>> = {}): GlanceImage {
  return {
    id: uuid(digit),
    name: `image-${digit}`,
    owner: owner.projectId,
    status: "active",
    visibility: "private",
    size: 5 * 1024 * 1024,
    disk_format: "qcow2",
    container_format: "bare",
    protected: false,
    created_at: "2026-02-28T12:00:00Z",
    updated_at: "2026-02-28T12:00:00Z",
    ironic_images_project: owner.project,
    ironic_images_stack: owner.stack,
    ironic_images_image: "my-image",
    ironic_images_fingerprint: "f".repeat(64),
    ironic_images_build: "0123456789abcdef",
    ...fields,
  };
}

/** Its kernel or ramdisk. */
export function part(digit: number, format: "aki" | "ari", fields: Readonly<Record<string, unknown>> = {}) {
  return image(digit, { disk_format: format, container_format: format, ...fields });
}

export function node(driverInfo: object, instanceInfo: object = {}, fields: Partial<BaremetalNode> = {}) {
  const info = { driver_info: { ...driverInfo }, instance_info: { ...instanceInfo } };
  return { uuid: uuid(0), name: "rack1-07", ...info, ...fields } satisfies BaremetalNode;
}

/** The plan for these images, with an empty state and without nodes where nothing else is said. */
export function plan(images: readonly GlanceImage[], findings: Partial<Findings> = {}) {
  return planPrune({ owner, images, stateIds: new Set(), stateSavedAt: now, nodes: [], now, ...findings });
}

export function idsOf(entries: readonly { readonly image: GlanceImage }[]): string[] {
  return entries.map(({ image: { id } }) => id);
}
