import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { execa } from "execa";
import { cannotBuild } from "../support.ts";

const repository = join(import.meta.dirname, "../../../..");

/** Looks at this machine in a mount namespace in which some things are hidden, and tells what is missing for a partition and a whole-disk image. */
async function missingWhen(hide: string): Promise<{ partition: string[]; wholeDisk: string[] }> {
  const look = `
    import { probeHost } from "${repository}/core/build/host/probe-host.ts";
    import { missingForBuild } from "${repository}/core/build/host/preflight.ts";
    const { host } = await probeHost("image");
    const inputs = { distribution: "debian-minimal", architecture: host.architectures.values().next().value, builder: host.builder ?? {} };
    const missing = (kind) => missingForBuild(host, { ...inputs, kind }).filter((line) => !line.includes("not on PATH"));
    console.log(JSON.stringify({ partition: missing("partition"), wholeDisk: missing("whole-disk") }));`;
  const { stdout } = await execa("unshare", [
    ...["--mount", "--propagation", "private", "bash", "-euc"],
    `${hide}\nexec "$0" "$@"`,
    ...[process.execPath, "--input-type=module", "--eval", look],
  ]);
  return JSON.parse(stdout) as { partition: string[]; wholeDisk: string[] };
}

const hideCommand = (command: string): string =>
  `tool=$(type -P ${command}) && mount --bind /dev/null "$(readlink -f "$tool")" || :`;

/** A /dev with what every program needs, and no loop devices. */
const hideLoopDevices = `
  dev=$(mktemp -d)
  mount -t tmpfs none "$dev"
  for node in null zero random urandom; do : >"$dev/$node"; mount --bind "/dev/$node" "$dev/$node"; done
  mount --rbind "$dev" /dev
  umount -l "$dev"
  rmdir "$dev"`;

let asItIs: ReturnType<typeof missingWhen> | undefined;

const cases: [string, string, RegExp | undefined, RegExp | undefined][] = [
  ["loop devices", hideLoopDevices, /^no loop device can be had: modprobe loop/, /^no loop device can be had/],
  ["unshare", hideCommand("unshare"), /^unshare not found: apt-get install util-linux/, /^unshare not found/],
  ["sudo", hideCommand("sudo"), /^sudo not found: apt-get install sudo$/, /^sudo not found/],
  [
    "device-mapper's kpartx, which only whole disks ask for,",
    `${hideCommand("kpartx")}\n${hideCommand("dmsetup")}`,
    undefined,
    /^kpartx.* not found: apt-get install kpartx/,
  ],
];
for (const [what, hide, forPartition, forWholeDisk] of cases) {
  test(
    `fault 18: on a machine without ${what} that is named before a build`,
    { skip: cannotBuild() ?? false },
    async () => {
      const { partition, wholeDisk } = await missingWhen(hide);
      const all = await (asItIs ??= missingWhen(""));
      for (const [now, before, pattern] of [
        [partition, all.partition, forPartition],
        [wholeDisk, all.wholeDisk, forWholeDisk],
      ] as const) {
        const lost = now.filter((line) => !before.includes(line));
        if (pattern === undefined) assert.deepEqual(lost, []);
        else assert.ok(lost.length > 0 && lost.some((line) => pattern.test(line)), lost.join("\n"));
      }
    },
  );
}
