import * as pulumi from "@pulumi/pulumi";
import { userImage } from "./components/user-image.ts";
import { readStack } from "./components/stack.ts";

const stack = await readStack(import.meta.dirname);

/** Per user image: `imageId`, `kernelId`, `ramdiskId` (partition images), `fingerprint` and `buildId`. */
export const userImages = pulumi.output(
  Object.fromEntries(stack.userImages.map((image) => [image.key, userImage(image).published])),
);
