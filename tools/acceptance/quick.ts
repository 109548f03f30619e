import type { Accepting } from "./accepting.ts";
import { availableNode } from "./available-node.ts";
import { agentImage, bootFilesProblem } from "./boot-files.ts";
import { readBuild, type SeenBuild } from "./glance-bytes.ts";
import { imageFirmware } from "./image-firmware.ts";
import { failed, passed, type Outcome } from "./outcome.ts";
import { newNode, rootDiskGiB, type NodeFirmware, type NodeRequest } from "./new-node.ts";
import type { StackImage } from "./stack-ids.ts";
import { waitForState } from "./wait-for-state.ts";

/** What came of the quick part, and what it saw of the image on the way. */
export interface Quick {
  readonly outcome: Outcome;
  /** Once Ironic has the disk. */
  readonly firmware?: NodeFirmware;
  /** The least root disk. */
  readonly rootGiB: number;
}

/**
 * Ironic's own work before a machine has a part in it: every byte is read from Glance, the image downloaded, inspected and converted, and the boot
 * configuration written, up to where the agent would call back. A partition image is also deployed with the interface `ramdisk`, which is what uses its kernel and ramdisk.
 *
 * @param deploySeen the deploy images, read before
 */
export async function quickPart(accepting: Accepting, image: StackImage, deploySeen: SeenBuild): Promise<Quick> {
  const { say } = accepting;
  say("reading every byte from Glance");
  const { imageId, kernelId, ramdiskId, buildId } = image;
  const ids = {
    image: imageId,
    ...(kernelId === undefined ? {} : { kernel: kernelId }),
    ...(ramdiskId === undefined ? {} : { ramdisk: ramdiskId }),
  };
  const { seen, problem } = await readBuild(accepting.session, ids, buildId, accepting.signal);
  const rootGiB = rootDiskGiB(seen.image?.record);
  if (problem !== undefined) return { rootGiB, outcome: failed(problem.stage, problem.why) };
  let firmware: NodeFirmware | undefined;
  const request = { image, deploy: accepting.deploy, firmware: "bios", rootGiB } as const;
  const direct = await prepareDeploy(accepting, { ...request, deployInterface: "direct" }, async (nodeId) => {
    firmware = await imageFirmware(agentImage(accepting.httpRoot, nodeId));
    return await bootFilesProblem(accepting.httpRoot, nodeId, {
      files: { deploy_kernel: deploySeen.kernel, deploy_ramdisk: deploySeen.ramdisk },
      label: "deploy",
    });
  });
  const more = firmware === undefined ? { rootGiB } : { rootGiB, firmware };
  if (!direct.passed || kernelId === undefined) return { ...more, outcome: direct };
  const outcome = await prepareDeploy(accepting, { ...request, deployInterface: "ramdisk" }, (nodeId) =>
    bootFilesProblem(accepting.httpRoot, nodeId, {
      files: { kernel: seen.kernel, ramdisk: seen.ramdisk },
      label: "boot_ramdisk",
    }),
  );
  return { ...more, outcome };
}

async function prepareDeploy(
  accepting: Accepting,
  wanted: Omit<NodeRequest, "name">,
  look: (nodeId: string) => Promise<string | undefined>,
): Promise<Outcome> {
  const { ironic, say, signal } = accepting;
  const { deployInterface, image } = wanted;
  const onState = (state: string) => {
    say(`${deployInterface}: ${state}`);
  };
  const nodeId = await availableNode(
    accepting,
    newNode({ ...wanted, name: `quick-${deployInterface}-${image.imageId}` }),
  );
  const refusal = (await ironic.problem(nodeId, "boot")) ?? (await ironic.problem(nodeId, "deploy"));
  if (refusal !== undefined) return failed("validate", refusal);
  const reach = (...states: string[]) => waitForState(ironic, nodeId, states, { onState, signal });
  await ironic.change(nodeId, "active");
  const ready = deployInterface === "direct" ? "wait call-back" : "active";
  const { provision_state: state, last_error: why } = await reach(ready, "deploy failed");
  const wrong = state === ready ? await look(nodeId) : undefined;
  // Whatever it holds by now is gigabytes.
  await ironic.change(nodeId, "deleted");
  await reach("available", "error");
  if (state !== ready) return failed("prepare", why ?? "Ironic does not say why");
  return wrong === undefined ? passed : failed("boot-files", wrong);
}
