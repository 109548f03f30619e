import assert from "node:assert/strict";
import { test } from "node:test";
import { movedUpstream } from "../../../core/deploy-images/upstream.ts";
import { filesOf, pinsOf, publish, someBuild, sourceAt } from "./publisher.ts";

/** Milliseconds; whoever asks is a process of its own, which a busy machine starts slowly. */
const patient = 20_000;

test("a source that moved is told in one sentence with both digests, one that did not is not", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  const { origin } = await publish(t, filesOf(next));
  const sources = [
    { key: "deployImages.amd64.download", source: { ...sourceAt(origin), ...pinsOf(next) } },
    { key: "deployImages.arm64.download", source: { ...sourceAt(origin), ...pinsOf(build) } },
  ];
  const sentences = await movedUpstream(sources, patient);
  assert.equal(sentences.length, 1);
  const [sentence = ""] = sentences;
  assert.match(sentence, /^deployImages\.arm64\.download: its publisher has a new build: .*npm run pin/);
  for (const digest of [...Object.values(pinsOf(build)), ...Object.values(pinsOf(next))])
    assert.ok(sentence.includes(digest));
});

test("half a new build is told as well, and a missing pin is not", async (t) => {
  const [build, next] = [someBuild(), someBuild()];
  const { origin } = await publish(t, filesOf({ ...build, kernel: next.kernel }));
  const { kernelSha256, initramfsSha256 } = pinsOf(build);
  const key = "deployImages.arm64.download";
  const sources = [
    { key, source: { ...sourceAt(origin), kernelSha256, initramfsSha256 } },
    { key, source: { ...sourceAt(origin), initramfsSha256 } },
  ];
  const [sentence = "", ...more] = await movedUpstream(sources, patient);
  assert.deepEqual(more, []);
  assert.ok(sentence.includes("kernelSha256") && !sentence.includes("initramfsSha256"));
});

test("nothing to ask is nothing to tell", async () => assert.deepEqual(await movedUpstream([]), []));

for (const [what, source] of [
  ["is not there", { kernelUrl: "http://127.0.0.1:1/k", initramfsUrl: "http://127.0.0.1:1/i" }],
  ["has no name that anybody knows", { tarballUrl: "http://nobody.invalid/t" }],
  ["has no address at all", { tarballUrl: "nonsense" }],
] as const) {
  test(`a publisher that ${what} is passed over in silence`, async () => {
    const pins = { kernelSha256: "a".repeat(64), tarballSha256: "a".repeat(64) };
    assert.deepEqual(await movedUpstream([{ key: "k", source: { ...source, ...pins } }], 1500), []);
  });
}

test("all sources together keep to the budget, and those that answered are told", async (t) => {
  const build = someBuild();
  const quick = await publish(t, filesOf(someBuild()));
  const silent = await publish(t, new Map(), () => true);
  const source = ({ origin }: { origin: string }) => ({
    key: origin,
    source: { ...sourceAt(origin), ...pinsOf(build) },
  });
  const start = performance.now();
  const sentences = await movedUpstream([source(silent), source(quick), source(silent)], 5000);
  const took = performance.now() - start;
  assert.ok(took >= 4900 && took < 9000, `${took} ms`);
  assert.deepEqual(
    sentences.map((sentence) => sentence.startsWith(quick.origin)),
    [true],
  );
});
