import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { execa } from "execa";
import { cleanBuildDirectory } from "../../../../core/build/sandbox/sandbox.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { cannotBuild } from "../support.ts";

const skip = cannotBuild() ?? false;
const losetup = fileURLToPath(new URL("../../../../core/build/sandbox/losetup", import.meta.url));

/** As a build does it: in a namespace of its own, so that nobody knows the paths of the backing files by their names any more. */
const attachDiskAndPartition = `
set -eu
mount --make-rprivate /
mount --bind "$1" /mnt
disk=$("$2" "$(command -v losetup)" /mnt/loops --find --show /mnt/image0.raw)
partition=$("$2" "$(command -v losetup)" /mnt/loops --find --show --offset 1048576 "$disk")
losetup --detach "$disk"
rm /mnt/image0.raw
echo "$disk" "$partition"
`;

async function attached(): Promise<string[]> {
  return (await execa("losetup", ["--list", "--noheadings", "--output", "NAME"])).stdout.split("\n");
}

test(
  "a disk whose file diskimage-builder has removed while a partition held it is let go, with the partition",
  { skip },
  async (t) => {
    const build = join(temporaryDirectory(t), "build");
    mkdirSync(join(build, "loops"), { recursive: true });
    writeFileSync(join(build, "ironic-images-build"), "");
    writeFileSync(join(build, "image0.raw"), Buffer.alloc(4 * 2 ** 20));
    const { stdout } = await execa("unshare", [
      "--mount",
      "bash",
      "-c",
      attachDiskAndPartition,
      "bash",
      build,
      losetup,
    ]);
    const [disk = "", partition = ""] = stdout.split(" ");
    t.after(() => execa("losetup", ["--detach", partition, disk], { reject: false }));
    const before = await attached();
    assert.deepEqual(
      [disk, partition].filter((device) => !before.includes(device)),
      [],
      "the partition holds the disk",
    );
    assert.ok(!existsSync(join(build, "image0.raw")));

    assert.equal(await cleanBuildDirectory(build), true);

    const after = await attached();
    assert.deepEqual(
      [disk, partition].filter((device) => after.includes(device)),
      [],
    );
    assert.ok(!existsSync(build));
  },
);
