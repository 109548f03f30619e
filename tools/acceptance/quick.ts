import type { ArtifactFileRole } from "../../core/artifacts/record.ts";
import { bootFilesProblem, type ExpectedBoot } from "./boot-files.ts";
import { readBuild, type SeenImage } from "./glance-bytes.ts";
import type { Accepting } from "./accepting.ts";
import { failed, passed, type Outcome } from "./outcome.ts";
import { newNode, rootDiskGiB, type DeployInterface } from "./new-node.ts";
import type { StackImage } from "./stack-ids.ts";
import { waitForState } from "./wait-for-state.ts";

type Seen = Readonly<Partial<Record<ArtifactFileRole, SeenImage>>>;

/**
 * Ironic's own work before a machine has a part in it: every byte is read from Glance, the image downloaded, inspected and converted, and the boot
 * configuration written, up to where the agent would call back. A partition image is also deployed with the interface `ramdisk`, which is what uses its kernel and ramdisk.
 *
 * @param deploySeen the deploy images, read before
 */
export async function quickPart(accepting: Accepting, image: StackImage, deploySeen: Seen): Promise<Outcome> {
  const { say } = accepting;
  say("reading every byte from Glance");
  const { imageId, kernelId, ramdiskId, buildId } = image;
  const ids = {
    image: imageId,
    ...(kernelId === undefined ? {} : { kernel: kernelId }),
    ...(ramdiskId === undefined ? {} : { ramdisk: ramdiskId }),
  };
  const { seen, problem } = await readBuild(accepting.session, ids, buildId);
  if (problem !== undefined) return failed(problem.stage, problem.why);
  const deployed = await prepareDeploy(accepting, image, seen, "direct", {
    files: { deploy_kernel: deploySeen.kernel, deploy_ramdisk: deploySeen.ramdisk },
    label: "deploy",
    image: true,
  });
  if (!deployed.passed || kernelId === undefined) return deployed;
  return await prepareDeploy(accepting, image, seen, "ramdisk", {
    files: { kernel: seen.kernel, ramdisk: seen.ramdisk },
    label: "boot_ramdisk",
    image: false,
  });
}

async function prepareDeploy(
  accepting: Accepting,
  image: StackImage,
  seen: Seen,
  deployInterface: DeployInterface,
  expected: ExpectedBoot,
): Promise<Outcome> {
  const { ironic, httpRoot, say, signal } = accepting;
  const onState = (state: string) => {
    say(`${deployInterface}: ${state}`);
  };
  const rootGiB = rootDiskGiB(seen.image?.record);
  const request = { name: `quick-${deployInterface}-${image.imageId}`, image, deploy: accepting.deploy };
  const node = await ironic.create(newNode({ ...request, deployInterface, firmware: "bios", rootGiB }));
  await ironic.addPort(node.uuid, accepting.nextAddress());
  const reach = (...states: string[]) => waitForState(ironic, node.uuid, states, { onState, signal });
  await ironic.change(node.uuid, "manage");
  await reach("manageable");
  await ironic.change(node.uuid, "provide");
  await reach("available");
  const refusal = (await ironic.problem(node.uuid, "boot")) ?? (await ironic.problem(node.uuid, "deploy"));
  if (refusal !== undefined) return failed("validate", refusal);
  await ironic.change(node.uuid, "active");
  const ready = deployInterface === "direct" ? "wait call-back" : "active";
  const { provision_state: state, last_error: why } = await reach(ready, "deploy failed");
  const wrong = state === ready ? await bootFilesProblem(httpRoot, node.uuid, expected) : undefined;
  // Whatever it holds by now is gigabytes.
  await ironic.change(node.uuid, "deleted");
  await reach("available", "error");
  if (state !== ready) return failed("prepare", why ?? "Ironic does not say why");
  return wrong === undefined ? passed : failed("boot-files", wrong);
}
