import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { assertNoResidue } from "../support/residue.ts";
import { cannotBuild, makeProject, realBuilder, tiny } from "../core/build/support.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

test(
  "fault 10: an image that is too small for what a hook writes is told from a full disk of the host",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook("fills/finalise.d/50-fills", "cat /usr/lib/ballast /usr/lib/ballast /usr/lib/ballast >/root/filler");
    await assert.rejects(project.build(project.job("tiny", { ...tiny, elements: ["fills"] })), {
      code: "build-failed",
      message:
        /in finalise\.d\/50-fills; no space was left on a file system of the image itself \(there was some in the build directory \S+, where .* are free, and in the cache .*\): give it more with DIB_IMAGE_SIZE/,
    });
    await assertNoResidue(project.directory);
  },
);

test(
  "fault 9: of two kernels that one is taken which the recipe's patterns name, with its ramdisk",
  { skip },
  async (t) => {
    const project = makeProject(t);
    const other = `"$(dirname "$0")/../bin/miniature-kernel" 2.0-other >"$TARGET_ROOT/boot/vmlinuz-2.0-other"
cp "$TARGET_ROOT/boot/initrd.img-1.0-tiny" "$TARGET_ROOT/boot/initrd.img-2.0-other"`;
    project.hook("other-kernel/root.d/50-other-kernel", other);
    const content = { ...tiny, elements: ["other-kernel"] };
    await assert.rejects(project.build(project.job("tiny", content)), {
      code: "image-refused",
      message: /modules for kernel 1\.0-tiny, and the kernel is 2\.0-other/,
    });
    const patterns = { DIB_BAREMETAL_KERNEL_PATTERN: "vmlinuz-1.0*", DIB_BAREMETAL_INITRD_PATTERN: "initrd.img-1.0*" };
    const { record } = await project.build(project.job("tiny", { ...content, environment: patterns }));
    assert.equal(record.inspection?.kernel?.version, "1.0-tiny");
    const { space } = record;
    assert.ok(space !== undefined && space.build > 100 * 2 ** 20, "the tree and its copy in the image count");
  },
);

test(
  "fault 4: a hook that waits for an answer gets none, and one that hangs is named when the time is over; diskimage-builder cleans up",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook(
      "asks/install.d/50-asks",
      'read -r answer || echo "no answer, $DEBIAN_FRONTEND, $(readlink /proc/self/fd/0)"\nsleep 86400.625',
    );
    const begin = performance.now();
    await assert.rejects(project.build(project.job("tiny", { ...tiny, elements: ["asks"] }), { timeoutMinutes: 0.5 }), {
      code: "build-timeout",
      message: /was not built within 0\.5 minutes and was stopped in install\.d\/50-asks/,
    });
    t.diagnostic(`${Math.round(performance.now() - begin)} ms`);
    await assertNoResidue(project.directory);
    const jobs = join(project.directory, ".images/jobs");
    const log = readFileSync(join(jobs, readdirSync(jobs)[0] ?? "", "build.log"), "utf8");
    assert.match(log, /no answer, noninteractive, \/dev\/null/);
    assert.match(log, /Unmount \/mnt\/tmp\/dib_build/);
  },
);
