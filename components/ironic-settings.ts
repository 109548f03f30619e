/** Ids of a published pair, by the architecture's name in the stack. */
export type DeployIds = Readonly<Record<string, { readonly kernelId?: string; readonly ramdiskId?: string }>>;

/** What a person takes to Ironic. */
export type IronicSettings = Readonly<Record<string, string>>;

// `cpu_arch` of Ironic's nodes, which the keys of deploy_kernel_by_arch are compared with.
const cpuArchitectures: Readonly<Record<string, string>> = { amd64: "x86_64", arm64: "aarch64" };

/**
 * The ids under the names of Ironic's documentation ("Create and add images to the Image service"), and as text that is
 * ready for `ironic.conf` (option group `conductor`) and for a node's `driver_info`. Empty without deploy images.
 */
export function ironicSettings(images: DeployIds): IronicSettings {
  const pairs = Object.entries(images).map(([architecture, { kernelId = "", ramdiskId = "" }]) => ({
    architecture,
    kernelId,
    ramdiskId,
  }));
  if (pairs.length === 0) return {};
  const byArchitecture = (id: "kernelId" | "ramdiskId") =>
    pairs.map((pair) => `${cpuArchitectures[pair.architecture] ?? pair.architecture}:${pair[id]}`).join(",");
  const ids = pairs.map(({ architecture, kernelId, ramdiskId }) => {
    const suffix = pairs.length === 1 ? "" : `_${architecture.toUpperCase()}`;
    return { [`DEPLOY_VMLINUZ_UUID${suffix}`]: kernelId, [`DEPLOY_INITRD_UUID${suffix}`]: ramdiskId };
  });
  const nodes = pairs.map(({ architecture, kernelId, ramdiskId }) => {
    const suffix = pairs.length === 1 ? "" : `_${architecture}`;
    return { [`nodeSet${suffix}`]: nodeCommand(kernelId, ramdiskId) };
  });
  const conf = `[conductor]\ndeploy_kernel_by_arch = ${byArchitecture("kernelId")}\ndeploy_ramdisk_by_arch = ${byArchitecture("ramdiskId")}\n`;
  return Object.assign({}, ...ids, { ironicConf: conf }, ...nodes) as IronicSettings;
}

function nodeCommand(kernelId: string, ramdiskId: string): string {
  return `openstack baremetal node set $NODE_UUID --driver-info deploy_kernel=${kernelId} --driver-info deploy_ramdisk=${ramdiskId}`;
}
