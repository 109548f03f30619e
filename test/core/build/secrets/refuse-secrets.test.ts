import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { execa } from "execa";
import type { ImageJob } from "../../../../core/build/job.ts";
import { refuseSecrets } from "../../../../core/build/secrets/refuse-secrets.ts";
import { SecretSearch } from "../../../../core/build/secrets/secret-search.ts";
import { secretForms } from "../../../../core/build/secrets/secret-forms.ts";
import type { ImageInputs } from "../../../../core/recipe/fingerprint.ts";
import { miniatureRoot } from "../../../support/miniature/disk.ts";
import { miniatureInitramfs } from "../../../support/miniature/initramfs.ts";
import { miniatureKernel } from "../../../support/miniature/kernel.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { partitionInputs } from "../../artifacts/samples.ts";

const token = "a+b/c=d'e f$g";
const secrets = { OTHER_KEY: "another-0123456789", AGENT_TOKEN: token };

/** A directory that is about to be published, with a qcow2 image that qemu-img compresses. */
async function staging(t: TestContext, change: { root?: Buffer; ramdisk?: string; files?: Record<string, string> }) {
  const directory = temporaryDirectory(t);
  const at = (name: string): string => join(directory, name);
  writeFileSync(at("x.raw"), change.root ?? miniatureRoot());
  await execa("qemu-img", ["convert", "-c", "-f", "raw", "-O", "qcow2", at("x.raw"), at("x.qcow2")]);
  await execa("rm", [at("x.raw")]);
  writeFileSync(at("x.vmlinuz"), miniatureKernel());
  writeFileSync(at("x.initrd"), miniatureInitramfs({ mark: change.ramdisk ?? "" }));
  mkdirSync(at("manifest"));
  for (const [name, text] of Object.entries(change.files ?? {})) writeFileSync(at(name), text);
  return directory;
}

function job(change: Partial<ImageInputs> = {}): ImageJob {
  const inputs = { ...partitionInputs, diskFormat: "qcow2", secretEnvironment: Object.keys(secrets), ...change };
  return { schema: 1, name: "x", fingerprint: "0".repeat(64), inputs: inputs as ImageInputs };
}

/** A file system whose last KiB, that no file has, holds a text. */
function deleted(text: string): Buffer {
  const root = miniatureRoot();
  root.write(text, root.length - 1000);
  return root;
}

const places: [string, Parameters<typeof staging>[1], RegExp][] = [
  [
    "what was deleted in a compressed disk",
    { root: deleted(token) },
    /x\.qcow2 \(AGENT_TOKEN, at byte 64536 of its disk/,
  ],
  ["a packed ramdisk", { ramdisk: token }, /x\.initrd \(AGENT_TOKEN, at byte/],
  [
    "a manifest",
    { files: { "manifest/e": `declare -x A="${secrets.OTHER_KEY}"` } },
    /manifest\/e \(OTHER_KEY, at byte/,
  ],
  ["the log", { files: { "build.log": `x ${encodeURIComponent(token)}` } }, /build\.log \(AGENT_TOKEN, at byte 2 /],
];
for (const [where, change, message] of places) {
  test(`a secret in ${where} is refused, by its name and place`, async (t) => {
    const directory = await staging(t, change);
    await assert.rejects(refuseSecrets(directory, job(), secrets), (error: Error & { code: string }) => {
      assert.equal(error.code, "secret-in-artifact");
      assert.match(error.message, message);
      assert.ok(!error.message.includes(token) && !error.message.includes(secrets.OTHER_KEY));
      return true;
    });
  });
}

test("an artifact without them passes; of one whose image is meant to hold one, the rest is searched", async (t) => {
  await refuseSecrets(await staging(t, {}), job(), secrets);
  const meant = job({ secretFiles: ["/etc/token"] });
  const directory = await staging(t, { root: deleted(token) });
  await refuseSecrets(directory, meant, secrets);
  writeFileSync(join(directory, "build.log"), token);
  await assert.rejects(refuseSecrets(directory, meant, secrets), { code: "secret-in-artifact" });
});

test("a secret is found wherever chunks are cut, behind zeros and in every form, and its place is right", () => {
  for (const form of secretForms(token)) {
    const bytes = Buffer.concat([Buffer.alloc(100), Buffer.from(form), Buffer.alloc(10)]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const search = new SecretSearch({ AGENT_TOKEN: token });
      search.push(bytes.subarray(0, cut));
      search.push(bytes.subarray(cut));
      assert.deepEqual(search.found, [{ name: "AGENT_TOKEN", offset: 100 }], `${form} cut at ${cut}`);
    }
  }
});
