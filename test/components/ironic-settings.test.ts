import assert from "node:assert/strict";
import { test } from "node:test";
import { ironicSettings } from "../../components/ironic-settings.ts";

test("without deploy images there is nothing to hand on", () => {
  assert.deepEqual(ironicSettings({}), {});
});

test("one architecture has the documentation's names", () => {
  assert.deepEqual(ironicSettings({ amd64: { kernelId: "k", ramdiskId: "r" } }), {
    DEPLOY_VMLINUZ_UUID: "k",
    DEPLOY_INITRD_UUID: "r",
    ironicConf: "[conductor]\ndeploy_kernel_by_arch = x86_64:k\ndeploy_ramdisk_by_arch = x86_64:r\n",
    nodeSet: "openstack baremetal node set $NODE_UUID --driver-info deploy_kernel=k --driver-info deploy_ramdisk=r",
  });
});

test("several have their names behind them, and one text for ironic.conf by Ironic's words for architectures", () => {
  const settings = ironicSettings({
    amd64: { kernelId: "k1", ramdiskId: "r1" },
    arm64: { kernelId: "k2", ramdiskId: "r2" },
  });
  assert.deepEqual(settings, {
    DEPLOY_VMLINUZ_UUID_AMD64: "k1",
    DEPLOY_INITRD_UUID_AMD64: "r1",
    DEPLOY_VMLINUZ_UUID_ARM64: "k2",
    DEPLOY_INITRD_UUID_ARM64: "r2",
    ironicConf:
      "[conductor]\ndeploy_kernel_by_arch = x86_64:k1,aarch64:k2\ndeploy_ramdisk_by_arch = x86_64:r1,aarch64:r2\n",
    nodeSet_amd64:
      "openstack baremetal node set $NODE_UUID --driver-info deploy_kernel=k1 --driver-info deploy_ramdisk=r1",
    nodeSet_arm64:
      "openstack baremetal node set $NODE_UUID --driver-info deploy_kernel=k2 --driver-info deploy_ramdisk=r2",
  });
});
