import assert from "node:assert/strict";
import { test } from "node:test";
import { goBuildArguments, goEnvironment } from "../../../tools/pulumi/go-build.ts";

test("a Go program is built exactly from its go.sum, without paths of this machine", () => {
  const program = { moduleDirectory: "/m", mainPackage: "example.org/p", tags: ["a", "b"], ldflags: "-s -w" };
  assert.deepEqual(goBuildArguments(program, "/out/p"), [
    ...[
      "build",
      "-v",
      "-mod=readonly",
      "-buildvcs=false",
      "-trimpath",
      "-tags",
      "a,b",
      "-ldflags",
      "-s -w",
      "-o",
      "/out/p",
      "example.org/p",
    ],
  ]);
  assert.equal(goBuildArguments({ ...program, tags: [] }, "/out/p").includes("-tags"), false);
});

test("the host's own Go settings go into the build, but no cgo and no workspace", () => {
  assert.deepEqual(goEnvironment({ GOPROXY: "https://example.org", CGO_ENABLED: "1", GOWORK: "/w" }), {
    GOPROXY: "https://example.org",
    CGO_ENABLED: "0",
    GOWORK: "off",
  });
});
