import assert from "node:assert/strict";
import { cp, open, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { openStore } from "../../core/artifacts/store.ts";
import { fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { cannotBuild } from "../core/build/support.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type PulumiRun, type TestProject } from "../support/project.ts";
import { tinyPartition, tinyWholeDisk } from "../support/recipes.ts";
import { watchVisible } from "../support/watcher.ts";

/** diskimage-builder's configuration of a disk with one file system, in a table of a kind. */
const partitioned = (label: "mbr" | "gpt") => `
- local_loop: { name: image0 }
- partitioning:
    base: image0
    label: ${label}
    partitions:
${label === "gpt" ? "      - { name: BSP, type: EF02, size: 8MiB }\n" : ""}      - name: root
        flags: [${label === "gpt" ? "boot" : "boot, primary"}]
        size: 100%
        mkfs: { mount: { mount_point: /, fstab: { options: defaults, fsck-passno: 1 } } }
`;

/** A hook that puts a qemu-img over the real one which spoils its output, in the build's own mount namespace. */
const spoilingQemuImg = (spoil: string) => `#!/bin/bash
set -eu
real=$(readlink -f "$(command -v qemu-img)")
cp "$real" /mnt/real-qemu-img
cat >/mnt/spoiling-qemu-img <<'SCRIPT'
#!/bin/bash
set -eu
/mnt/real-qemu-img "$@"
image=\${!#}
${spoil}
SCRIPT
chmod 755 /mnt/spoiling-qemu-img
mount --bind /mnt/spoiling-qemu-img "$real"
`;

/** Bad images that diskimage-builder builds: an element that spoils each, and what is said of it. */
const built = {
  "whole-disk-as-partition": {
    element: { "block-device-default.yaml": partitioned("mbr") },
    says: /qcow2: it is a partition image by its recipe, and has a partition table \(mbr\); correct the recipe's kind, or its elements \(partition-image-without-table\)/,
  },
  "without-kernel": {
    element: { "finalise.d/90-spoil": "#!/bin/bash\nrm /boot/vmlinuz-*\n" },
    says: /without-kernel was not built: .* in cleanup\.d\/99-extract-kernel-and-ramdisk; log: \S+\n[^]*cannot access '\S+\/boot\/vmlinu/,
  },
  "script-as-kernel": {
    element: { "finalise.d/90-spoil": "#!/bin/bash\necho '#!/bin/sh' >/boot/vmlinuz-1.0-tiny\n" },
    says: /vmlinuz: it is a script, and must be a kernel .*; correct the element that makes it, or download it again \(kernel-is-kernel\)/,
  },
  truncated: {
    element: {
      "extra-data.d/90-spoil": spoilingQemuImg('truncate --size=$(($(stat -c %s "$image") / 2)) "$image"'),
    },
    says: /qcow2: it is cut off: \d+ of its references point behind its end; build or copy it again \(qcow2-clusters-inside\)/,
  },
  "with-backing-file": {
    element: {
      "extra-data.d/90-spoil": spoilingQemuImg(
        '/mnt/real-qemu-img rebase -u -f qcow2 -F raw -b /etc/hostname "$image"',
      ),
    },
    says: /qcow2: it needs another file \(backing file \/etc\/hostname\), .*; flatten it with qemu-img convert -O qcow2 \(qcow2-no-backing-file\)/,
  },
} as const;

const skip = cannotBuild() ?? false;

describe("bad images of the real diskimage-builder, on the real engine and the real Glance", { skip }, () => {
  const stack = { ironic_images_stack: "bad-images" };
  let cloud: TestCloud;
  let owner: GlanceUser;
  let other: GlanceUser;
  let project: TestProject;
  let good: string[];
  let run: PulumiRun;

  const ids = async (user: GlanceUser) => (await user.list(stack)).map(({ id }) => id);
  const up = (...more: string[]) => project.pulumi(["up", "--yes", "--skip-preview", ...more]);
  const said = () => run.stdout + run.stderr;
  const wanted = (recipe: string) => {
    const inputs = fingerprintInputs(loadRecipe(project.directory, recipe).content, project.directory);
    return { name: recipe, inputs, fingerprint: fingerprint(inputs) };
  };
  /** The disk that was built, and its artifact. */
  async function disk() {
    const store = openStore(project.directory);
    const { name, fingerprint: print } = wanted("disk");
    const record = await store.find(name, print);
    assert.ok(record?.files.image);
    return { record, image: record.files.image, directory: store.directory(record) };
  }

  /** The disk as that of another recipe, as an earlier version of this program left it: with its digests, and not inspected. */
  async function bringDiskAs(recipe: string): Promise<void> {
    const { record, image, directory: from } = await disk();
    const { inspection: _, ...older } = record;
    const name = `${recipe}.qcow2`;
    const brought = { ...older, ...wanted(recipe), files: { image: { ...image, name } } };
    const directory = openStore(project.directory).directory(brought);
    await cp(from, directory, { recursive: true });
    await rename(path.join(directory, image.name), path.join(directory, name));
    await rm(path.join(directory, "verified.json"));
    await writeFile(path.join(directory, "artifact.json"), JSON.stringify(brought));
  }

  before(async () => {
    cloud = await testCloud();
    owner = await glanceUser(cloud.cloudsFile, "local");
    other = await glanceUser(cloud.cloudsFile, "other");
    project = await createProject(cloud.cloudsFile, "bad-images");
    await project.addElement("tiny");
    // A disk for BIOS with a GPT, in the place of the builder's with an MBR.
    await project.writeElement("block-device-mbr", {
      "element-provides": "block-device\n",
      "environment.d/10-block-device.bash": "export DIB_BLOCK_DEVICE=gpt\n",
      "block-device-default.yaml": partitioned("gpt"),
    });
    await project.writeRecipe("disk", tinyWholeDisk);
    const userImages = { good: { recipe: "disk", visibility: "public" }, flipped: { recipe: "disk" } };
    await project.writeStack({ "ironic-images:userImages": userImages });
    // Of `flipped` the build alone.
    const first = await up("--exclude", "**:Image::flipped-image", "--exclude-dependents");
    assert.equal(first.exitCode, 0, first.stderr + first.stdout);
    good = await ids(owner);
    assert.equal(good.length, 1);

    await project.writeRecipe("uefi-without-esp", { ...tinyWholeDisk, firmware: "uefi" });
    await bringDiskAs("uefi-without-esp");
    for (const [name, { element }] of Object.entries(built)) {
      await project.writeElement(`spoil-${name}`, { "element-deps": "", ...element });
      await project.writeRecipe(name, { ...tinyPartition, elements: [`spoil-${name}`] });
    }
    const { image, directory } = await disk();
    await flipByte(path.join(directory, image.name), Math.floor(image.size / 2));
    const names = [...Object.keys(built), "uefi-without-esp"];
    const bad = Object.fromEntries(names.map((name) => [name, { recipe: name, visibility: "public" }]));
    await project.writeStack({ "ironic-images:userImages": { ...userImages, ...bad } });
    const watcher = watchVisible(other, stack);
    run = await up("--continue-on-error");
    assert.deepEqual(await watcher.stop(), []);
  });

  after(async () => {
    await project.pulumi(["destroy", "--yes", "--skip-preview"]);
    await project.remove();
    await cloud.stop();
  });

  for (const [name, { says }] of Object.entries(built)) {
    it(`${name}: refused after its build, with what to do`, () => assert.match(said(), says));
  }

  it("uefi-without-esp: refused when it is taken from the store", () => {
    assert.match(said(), /uefi-without-esp\.qcow2: .*; add the element block-device-efi \(uefi-needs-esp\)/);
    assert.match(said(), /If the recipe is right by now, remove \S+uefi-without-esp-\w+ to have it made anew/);
  });

  it("a byte flipped in the store after the build: refused before the upload, with both ways out", () => {
    assert.match(said(), /disk\.qcow2 is not what was built: expected sha256 \w+ .* It was set aside as /);
    assert.match(said(), /Image flipped-image \*\*creating failed\*\*/);
    assert.match(said(), /npm run store -- import <its [^]*pulumi up --replace 'urn:\S+DiskImage::flipped'/);
  });

  it("the up fails, Glance has the good image and nothing else, and no bad build is in the store", async () => {
    assert.notEqual(run.exitCode, 0);
    assert.deepEqual(await ids(owner), good);
    assert.deepEqual(await ids(other), good);
    const kept = await openStore(project.directory).list();
    assert.deepEqual(
      kept.map(({ name }) => name),
      ["uefi-without-esp"],
    );
  });
});

async function flipByte(file: string, at: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
    await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, at);
  } finally {
    await handle.close();
  }
}
