import assert from "node:assert/strict";
import { test } from "node:test";
import { bootCommand } from "../../../core/boot/command.ts";

const base = { overlay: "/t/overlay.qcow2", serialLog: "/t/serial.log", accelerator: "tcg" } as const;
const partition = { kernel: "/a/my-image.vmlinuz", ramdisk: "/a/my-image.initrd" };
const uefi = { code: "/f/code.fd", variables: "/t/variables.fd" };

test("a partition image is booted with its kernel and ramdisk", () => {
  assert.deepEqual(bootCommand({ ...base, direct: partition }), [
    "qemu-system-x86_64",
    "-nodefaults",
    "-display",
    "none",
    "-machine",
    "pc",
    "-accel",
    "tcg,thread=multi",
    "-cpu",
    "Nehalem",
    "-smp",
    "2",
    "-m",
    "1024",
    "-drive",
    "if=virtio,format=qcow2,cache=unsafe,file=/t/overlay.qcow2",
    "-kernel",
    "/a/my-image.vmlinuz",
    "-initrd",
    "/a/my-image.initrd",
    "-append",
    "root=/dev/vda rw console=ttyS0",
    "-device",
    "virtio-rng-pci",
    "-nic",
    "user,restrict=on,model=virtio-net-pci",
    "-chardev",
    "file,id=serial,path=/t/serial.log",
    "-serial",
    "chardev:serial",
  ]);
});

test("a whole-disk image for BIOS boots by itself", () => {
  const command = bootCommand(base);
  assert.ok(!command.includes("-kernel") && !command.includes("-append"));
  assert.ok(!command.some((argument) => argument.includes("pflash")));
});

test("where a boot loader comes first there is a display adapter, as in a server: GRUB's gfxterm waits for one", () => {
  assert.ok(bootCommand(base).includes("VGA"));
  assert.ok(!bootCommand({ ...base, direct: partition }).includes("VGA"));
});

for (const [what, request, present] of [
  [
    "UEFI takes the code read-only and variables of its own",
    { uefi },
    [
      "q35",
      "if=pflash,unit=0,format=raw,readonly=on,file=/f/code.fd",
      "if=pflash,unit=1,format=raw,file=/t/variables.fd",
    ],
  ],
  ["KVM takes the host's processor", { accelerator: "kvm" }, ["kvm", "host"]],
  ["processors and memory can be chosen", { processors: 4, memoryMiB: 3072 }, ["4", "3072"]],
  ["a guest can do without a network", { network: "none" }, ["none"]],
  [
    "kernel arguments are appended",
    { direct: partition, kernelArguments: ["quiet", "nofb"] },
    ["root=/dev/vda rw console=ttyS0 quiet nofb"],
  ],
  [
    "a comma in a path does not end the value",
    { overlay: "/t,1/o", serialLog: "/t,1/s" },
    ["if=virtio,format=qcow2,cache=unsafe,file=/t,,1/o", "file,id=serial,path=/t,,1/s"],
  ],
] as const) {
  test(what, () => {
    const command = bootCommand({ ...base, ...request });
    for (const argument of present) assert.ok(command.includes(argument), `${argument} is not in ${command.join(" ")}`);
  });
}

test("deploy images are kernel and ramdisk alone, with memory for both, and an agent that waits for no Ironic", () => {
  const { overlay: _overlay, ...request } = base;
  const command = bootCommand({ ...request, direct: { kernel: "/a/d.kernel", ramdisk: "/a/d.initramfs" } });
  assert.ok(!command.includes("-drive"));
  const value = (option: string) => command[command.indexOf(option) + 1];
  assert.equal(value("-initrd"), "/a/d.initramfs");
  assert.equal(value("-append"), "console=ttyS0 systemd.journald.forward_to_console=1 ipa-standalone=1");
  assert.equal(value("-m"), "3072");
  assert.match(value("-nic") ?? "", /^user,restrict=on/);
});
