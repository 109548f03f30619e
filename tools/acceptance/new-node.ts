import type { NewNode } from "./ironic-client.ts";
import type { DeployPair, StackImage } from "./stack-ids.ts";

/** How Ironic deploys: `direct` has the agent write the image to a disk, `ramdisk` boots kernel and ramdisk of the image. */
export type DeployInterface = "direct" | "ramdisk";

/** What a machine boots with. */
export type NodeFirmware = "bios" | "uefi";

/** What a node is to be deployed with. */
export interface NodeRequest {
  readonly name: string;
  readonly image: StackImage;
  readonly deploy: DeployPair;
  readonly deployInterface: DeployInterface;
  readonly firmware: NodeFirmware;
  /** Size of the root partition, or of the least disk. */
  readonly rootGiB: number;
  /** Further arguments of the deploy kernel. */
  readonly kernelArguments?: readonly string[];
}

/** A node without a baseboard management controller: nobody switches it but ourselves (hardware type `manual-management`). */
export function newNode(request: NodeRequest): NewNode {
  const { name, image, deploy, deployInterface, firmware, rootGiB, kernelArguments = [] } = request;
  return {
    name,
    driver: "manual-management",
    deploy_interface: deployInterface,
    properties: { cpu_arch: "x86_64", capabilities: `boot_mode:${firmware}` },
    driver_info: {
      deploy_kernel: deploy.kernelId,
      deploy_ramdisk: deploy.ramdiskId,
      ...(kernelArguments.length === 0 ? {} : { kernel_append_params: kernelArguments.join(" ") }),
    },
    // The image by its id, and nothing else of it: kernel, ramdisk and kind are what Glance says.
    instance_info: { image_source: image.imageId, root_gb: rootGiB },
  };
}

const gib = 1024 ** 3;

/**
 * The least root disk that an image fits on, in GiB. Ironic compares the virtual size with it (deploy_utils.check_image_size).
 *
 * @param record of Glance
 */
export function rootDiskGiB(record: Readonly<Record<string, unknown>> = {}): number {
  const number = (value: unknown) => (typeof value === "number" ? value : 0);
  const bytes = number(record["virtual_size"]) || number(record["size"]);
  return Math.max(number(record["min_disk"]), Math.ceil(bytes / gib), 1);
}
