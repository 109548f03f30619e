import assert from "node:assert/strict";
import { test } from "node:test";
import { publishedPins } from "../../../core/deploy-images/published.ts";
import { sha256Of } from "../download/server.ts";
import { filesOf, pinsOf, publish, someBuild, sourceAt, stem } from "./publisher.ts";

const options = { key: "deployImages.arm64.download", report: () => undefined, limits: { pauses: [] }, pause: 1 };

test("the checksums of a build are read twice, and no file is downloaded", async (t) => {
  const build = someBuild();
  const { origin, paths } = await publish(t, filesOf(build));
  assert.deepEqual(await publishedPins(sourceAt(origin), options), pinsOf(build));
  assert.deepEqual(
    paths().sort(),
    ["initramfs", "initramfs", "kernel", "kernel"].map((kind) => `/files/${stem}.${kind}.sha256`),
  );
});

test("fault 27: a publisher that replaces one file after the other is asked until both are of one build", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  const { origin, files } = await publish(t, filesOf(build), () => {
    // The kernel is new from the second request on, the initramfs from the fourth.
    asked += 1;
    const [kernel, initramfs] = [asked > 1 ? next : build, asked > 3 ? next : build];
    files.set(`/files/${stem}.kernel.sha256`, Buffer.from(sha256Of(kernel.kernel)));
    files.set(`/files/${stem}.initramfs.sha256`, Buffer.from(sha256Of(initramfs.initramfs)));
    return false;
  });
  let asked = 0;
  const reports: string[] = [];
  const pins = await publishedPins(sourceAt(origin), { ...options, report: (message) => void reports.push(message) });
  assert.deepEqual(pins, pinsOf(next));
  assert.match(reports.join("\n"), /the publisher is replacing it just now/);
});

test("fault 27: a publisher that never comes to rest is given up", async (t) => {
  let asked = 0;
  const { origin } = await publish(t, new Map(), (_request, response) => {
    response.end(sha256Of(`${asked++}`));
    return true;
  });
  await assert.rejects(publishedPins(sourceAt(origin), options), { code: "checksum-unsteady" });
  assert.equal(asked, 10);
});

for (const [what, text, code, message] of [
  ["that is empty", "", "checksum-refused", /arm64\.download: http:\S+\.kernel\.sha256 is empty/],
  ["of another file", `${"a".repeat(64)}  other.kernel\n`, "checksum-refused", /only of "other\.kernel"/],
  ["that is a web page", "<!doctype html><title>x</title>", "download-failed", /is a web page/],
  ["that is far too big", "x".repeat(70_000), "download-failed", /more than the 65536 that are allowed/],
  ["that is not there", undefined, "download-failed", /404/],
] as const) {
  test(`fault 23: a checksum file ${what} gives no pins`, async (t) => {
    const files = filesOf(someBuild());
    if (text === undefined) files.delete(`/files/${stem}.kernel.sha256`);
    else files.set(`/files/${stem}.kernel.sha256`, Buffer.from(text));
    const { origin } = await publish(t, files);
    await assert.rejects(publishedPins(sourceAt(origin), options), { code, message });
  });
}
