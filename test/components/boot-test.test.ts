import assert from "node:assert/strict";
import { test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { bootTestSettings } from "../../core/boot/settings.ts";
import { mockEngine } from "../support/mocks.ts";

test("the program, with a played engine, boots what asks for it, and publishes it with the verdict only", async () => {
  const registered = await mockEngine(
    {
      userImages: {
        "my-image": { recipe: "debian-minimal-partition", bootTest: { marker: "up" } },
        "my-disk": { recipe: "debian-minimal-whole-disk", bootTest: {} },
        unbooted: { recipe: "debian-minimal-whole-disk" },
      },
      deployImages: {
        amd64: {
          download: {
            kernelUrl: "https://example.org/k",
            initramfsUrl: "https://example.org/i",
            kernelSha256: "a".repeat(64),
            initramfsSha256: "b".repeat(64),
          },
          bootTest: {},
        },
      },
      preflight: "off",
    },
    false,
  );
  const { userImages, deployImages } = (await import("../../index.ts")) as Record<string, pulumi.Output<unknown>>;
  await Promise.all([userImages, deployImages].map((output) => new Promise((resolve) => output?.apply(resolve))));

  const inputsOf = (type: string) =>
    Object.fromEntries(registered.filter((one) => one.type === type).map(({ name, inputs }) => [name, inputs]));
  const tests = Object.entries(inputsOf("BootTest")).map(([name, { __provider, ...inputs }]) => [name, inputs]);
  const artifact = (name: string) => ({
    artifact: name,
    fingerprint: `fingerprint-of-${name}`,
    buildId: `build-of-${name}`,
  });
  assert.deepEqual(Object.fromEntries(tests), {
    "my-image": {
      name: "my-image",
      ...artifact("debian-minimal-partition"),
      firmware: "direct",
      settings: bootTestSettings({ marker: "up" }, "partition"),
    },
    "my-disk": {
      name: "my-disk",
      ...artifact("debian-minimal-whole-disk"),
      firmware: "bios",
      settings: bootTestSettings({}, "whole-disk"),
    },
    "deploy-amd64": {
      name: "deploy-amd64",
      ...artifact("deploy-amd64"),
      firmware: "direct",
      settings: bootTestSettings({}, "deploy-download"),
    },
  });
  const verdicts = Object.entries(inputsOf("Publication")).map(([name, inputs]) => [name, inputs["bootTest"]]);
  assert.deepEqual(Object.fromEntries(verdicts), {
    "my-image": "boots",
    "my-disk": "boots",
    "deploy-amd64": "boots",
    unbooted: undefined,
  });
});
