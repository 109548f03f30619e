import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { probeHost } from "../../../tools/host/probe.mjs";
import { judgeHost } from "../../../tools/host/requirements.mjs";

const fit = {
  platform: "linux",
  directory: "/home/me/my images",
  root: true,
  sudo: true,
  python: "3.11.2",
  venv: true,
  loop: true,
  apt: true,
  missing: [] as string[],
};
const user = { ...fit, root: false };

for (const [title, host, expected] of [
  ["a machine with everything needs nothing", fit, { install: [] }],
  ["a user with sudo and everything needs nothing", user, { install: [] }],
  [
    "root on Debian gets what is missing, each package once",
    { ...fit, missing: ["unshare", "flock", "mkfs.vfat"] },
    { install: ["dosfstools", "util-linux"] },
  ],
  ["another system is refused by name", { ...fit, platform: "darwin" }, { problem: /Linux.*darwin/ }],
  ["nobody without root or sudo", { ...user, sudo: false }, { problem: /root.*sudo -n true/ }],
  ["no Python", { ...fit, python: undefined }, { problem: /python3 is missing.*apt-get install python3 python3-venv/ }],
  ["a Python too old for Keystone", { ...fit, python: "3.9.2" }, { problem: /python3 is 3\.9\.2.*3\.11 or newer/ }],
  [
    "Python 3.10 is too old, 10 not being less than 11 as text",
    { ...fit, python: "3.10.12" },
    { problem: /3\.11 or newer/ },
  ],
  ["Python 3.13 is new enough", { ...fit, python: "3.13.0" }, { install: [] }],
  ["Debian's Python without its package python3-venv", { ...fit, venv: false }, { problem: /python3-venv/ }],
  ["a kernel without loop devices", { ...fit, loop: false }, { problem: /loop devices.*modprobe loop/ }],
  [
    "a user on Debian is told the command",
    { ...user, missing: ["kpartx", "qemu-img"] },
    {
      problem:
        /^kpartx, qemu-img are missing on this machine: run sudo apt-get install --no-install-recommends kpartx qemu-utils$/,
    },
  ],
  [
    "root on another distribution is told Debian's names",
    { ...fit, apt: false, missing: ["sgdisk"] },
    { problem: /^sgdisk is missing on this machine: install the packages that Debian calls gdisk$/ },
  ],
] as const) {
  test(title, () => {
    const verdict = judgeHost(host);
    if ("problem" in expected) {
      assert.match(verdict.problem ?? "", expected.problem);
      assert.doesNotMatch(verdict.problem ?? "", /\n/);
    } else {
      assert.deepEqual(verdict, expected);
    }
  });
}

for (const directory of ["/home/me/a:b/images", "/home/me/a\\b"])
  test(`fault 15: a project in ${directory} is refused with the reason`, () => {
    assert.match(
      judgeHost({ ...fit, directory }).problem ?? "",
      /path of this project has a : or a \\ in it.*move the project/,
    );
  });

test("the probe knows where the project is", () => {
  assert.equal(probeHost().directory, join(import.meta.dirname, "../../.."));
});

test("the probe sees a PATH without python3", (t) => {
  if (process.platform !== "linux") return t.skip("needs Linux");
  const host = probeHost({ PATH: "/nonexistent" });
  assert.equal(host.python, undefined);
  assert.equal(host.venv, false);
});

test("the probe finds the administrator's commands off PATH", (t) => {
  if (!probeHost().apt) return t.skip("needs Debian");
  assert.ok(!probeHost({ PATH: "/usr/bin" }).missing.includes("losetup"));
});
