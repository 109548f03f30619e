import assert from "node:assert/strict";
import { test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import type { DeployImage as Model } from "../../core/recipe/model.ts";
import { mockEngine } from "../support/mocks.ts";

const model = (architecture: "amd64" | "arm64", change: Partial<Model> = {}): Model => ({
  architecture,
  key: `deploy-${architecture}`,
  kernelName: `deploy-vmlinuz-${architecture}`,
  ramdiskName: `deploy-initrd-${architecture}`,
  content: { kind: "deploy-download", architecture, kernelSha256: "a".repeat(64), initramfsSha256: "b".repeat(64) },
  locations: {},
  visibility: "public",
  keepPrevious: true,
  properties: { hw_architecture: architecture },
  ...change,
});

const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply((it) => resolve(it as T)));

test("two architectures, with a played engine: right files, names, formats and ids, and nothing of the one in the other", async () => {
  const registered = await mockEngine({}, false);
  const { DeployImage } = await import("../../components/deploy-image.ts");
  const published = await Promise.all(
    (["amd64", "arm64"] as const).map((architecture) => value(new DeployImage(model(architecture)).published)),
  );
  for (const [index, architecture] of (["amd64", "arm64"] as const).entries()) {
    const key = `deploy-${architecture}`;
    assert.deepEqual(published[index], {
      kernelId: `id-of-${key}-kernel`,
      ramdiskId: `id-of-${key}-ramdisk`,
      fingerprint: `fingerprint-of-${key}`,
      buildId: `build-of-${key}`,
      memory: { packedMiB: 1, unpackedMiB: 1, neededMiB: 2 },
    });
    const rows = [
      ["kernel", `deploy-vmlinuz-${architecture}`, "aki", `${key}.kernel`],
      ["ramdisk", `deploy-initrd-${architecture}`, "ari", `${key}.initramfs`],
    ] as const;
    for (const [role, name, format, path] of rows) {
      const inputs = registered.find((one) => one.type === "Image" && one.name === `${key}-${role}`)?.inputs ?? {};
      assert.deepEqual(
        [
          inputs["name"],
          inputs["diskFormat"],
          inputs["containerFormat"],
          inputs["localFilePath"],
          inputs["visibility"],
        ],
        [name, format, format, path, "private"],
      );
      assert.deepEqual(inputs["properties"], {
        hw_architecture: architecture,
        ironic_images_project: "ironic-images",
        ironic_images_stack: "mocked",
        ironic_images_image: key,
        ironic_images_fingerprint: `fingerprint-of-${key}`,
        ironic_images_build: `build-of-${key}`,
      });
    }
    const publication = registered.find((one) => one.type === "Publication" && one.name === key)?.inputs;
    assert.deepEqual([publication?.["visibility"], publication?.["keepPrevious"]], ["public", true]);
  }
});
