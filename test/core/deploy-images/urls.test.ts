import assert from "node:assert/strict";
import { test } from "node:test";
import { checksumUrl, downloadUrls, pinnedUrls, urlFileName } from "../../../core/deploy-images/urls.ts";

const published = { distribution: "centos9", branch: "stable/2026.1" };
const files = (stem: string) => ({ form: "files", kernel: `${stem}.kernel`, initramfs: `${stem}.initramfs` });

for (const [what, source, expected] of [
  [
    "a base",
    { baseUrl: "https://a.example/dib", ...published },
    files("https://a.example/dib/ipa-centos9-stable-2026.1"),
  ],
  [
    "a base with /",
    { baseUrl: "https://a.example/dib//", ...published },
    files("https://a.example/dib/ipa-centos9-stable-2026.1"),
  ],
  [
    "a branch of several parts",
    { baseUrl: "https://a.example", distribution: "debian", branch: "a/b/c" },
    files("https://a.example/ipa-debian-a-b-c"),
  ],
  [
    "two addresses",
    { kernelUrl: "https://a.example/k", initramfsUrl: "https://b.example/i" },
    { form: "files", kernel: "https://a.example/k", initramfs: "https://b.example/i" },
  ],
  ["a tarball", { tarballUrl: "https://a.example/t" }, { form: "tarball", tarball: "https://a.example/t" }],
] as const) {
  test(`${what} gives the addresses of what there is to download`, () =>
    assert.deepEqual(downloadUrls(source), expected));
}

test("each address has its pin", () => {
  assert.deepEqual(pinnedUrls({ tarballUrl: "https://a.example/t" }), [["tarballSha256", "https://a.example/t"]]);
  assert.deepEqual(pinnedUrls({ kernelUrl: "https://a.example/k", initramfsUrl: "https://a.example/i" }), [
    ["kernelSha256", "https://a.example/k"],
    ["initramfsSha256", "https://a.example/i"],
  ]);
});

for (const [url, checksum, name] of [
  ["https://a.example/x/ipa.kernel", "https://a.example/x/ipa.kernel.sha256", "ipa.kernel"],
  ["https://a.example/ipa.kernel?token=1", "https://a.example/ipa.kernel.sha256?token=1", "ipa.kernel"],
  ["https://a.example/a%2Bb.kernel", "https://a.example/a%2Bb.kernel.sha256", "a+b.kernel"],
  ["https://a.example/100%.kernel", "https://a.example/100%.kernel.sha256", "100%.kernel"],
] as const) {
  test(`the checksum of ${url} is beside it, under its name`, () =>
    assert.deepEqual([checksumUrl(url), urlFileName(url)], [checksum, name]));
}
