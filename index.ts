import * as pulumi from "@pulumi/pulumi";
import "./providers/plain-stacks.ts";
import "./components/lazy-properties.ts";
import "./components/lean-promises.ts";
import { markWhenInterrupted } from "./components/cancellation.ts";
import { DeployImage } from "./components/deploy-image.ts";
import { ironicSettings } from "./components/ironic-settings.ts";
import { removeKilledUploads } from "./components/killed-uploads.ts";
import { askCloud } from "./components/preflight.ts";
import { bindCloud } from "./components/stack-cloud.ts";
import { readStack } from "./components/stack.ts";
import { warnOfMovedUpstream } from "./components/upstream.ts";
import { userImage } from "./components/user-image.ts";
import { shrinkWhileWaiting } from "./providers/small-heap.ts";

markWhenInterrupted(import.meta.dirname);
const stack = await readStack(import.meta.dirname);
const asked = warnOfMovedUpstream(stack);
const answers = await askCloud(stack, import.meta.dirname);
await removeKilledUploads();
const inCloud = bindCloud(answers);

/** Per user image: `imageId`, `kernelId`, `ramdiskId` (partition images), `fingerprint` and `buildId`. */
export const userImages = pulumi.output(
  Object.fromEntries(stack.userImages.map((image) => [image.key, userImage(image, inCloud).published])),
);

/** Per architecture: `kernelId`, `ramdiskId`, `fingerprint`, `buildId`, and what the ramdisk takes of a node's `memory`. */
export const deployImages = pulumi.output(
  Object.fromEntries(
    stack.deployImages.map((image) => [image.architecture, new DeployImage(image, inCloud).published]),
  ),
);

/** The deploy images' ids by the names of Ironic's documentation, and ready-made text for `ironic.conf` and for nodes. */
export const ironic = deployImages.apply(ironicSettings);

await asked;
if (!pulumi.runtime.isDryRun()) shrinkWhileWaiting();
