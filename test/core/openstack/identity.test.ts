import assert from "node:assert/strict";
import { test } from "node:test";
import { IronicImagesError } from "../../../core/errors.ts";
import { requireSameCloud } from "../../../core/openstack/identity.ts";

const session = (projectId: string, imageEndpoint: string) => ({
  projectId,
  imageEndpoint,
  cloud: { source: "cloud lab in /home/me/clouds.yaml" },
});
const recorded = { projectId: "p1", endpoint: "https://glance.example.org" };

for (const [title, record, projectId, endpoint] of [
  ["the same project at the same address", recorded, "p1", "https://glance.example.org"],
  ["a host in capitals and the default port", recorded, "p1", "https://Glance.example.org:443/"],
  [
    "a local cloud at a port of today",
    { projectId: "p1", endpoint: "http://127.0.0.1:9292" },
    "p1",
    "http://localhost:41234",
  ],
  ["nothing recorded yet", {}, "p1", "https://glance.example.org"],
] as const) {
  test(`the same cloud: ${title}`, () => requireSameCloud(record, session(projectId, endpoint)));
}

for (const [title, record, projectId, endpoint] of [
  ["another project at the same address", recorded, "p2", "https://glance.example.org"],
  ["another host", recorded, "p1", "https://glance.example.net"],
  ["another port of a host that is not loopback", recorded, "p1", "https://glance.example.org:9292"],
  ["another path", { projectId: "p1", endpoint: "https://example.org/image" }, "p1", "https://example.org/other"],
  ["http instead of https", recorded, "p1", "http://glance.example.org"],
  ["another project on loopback", { projectId: "p1", endpoint: "http://127.0.0.1:1" }, "p2", "http://127.0.0.1:1"],
] as const) {
  test(`another cloud: ${title}`, () => {
    assert.throws(
      () => requireSameCloud(record, session(projectId, endpoint)),
      (error: unknown) => {
        assert.ok(error instanceof IronicImagesError);
        assert.equal(error.code, "other-cloud");
        for (const part of [
          `this stack belongs to project ${record.projectId} at ${record.endpoint}; `,
          `give project ${projectId} at ${endpoint}; correct openstack:cloud or OS_CLOUD`,
          "cloud lab in /home/me/clouds.yaml",
        ])
          assert.ok(error.summary.includes(part), error.summary);
        assert.equal(/pulumi stack export/.test(error.details), record.projectId === projectId);
        return true;
      },
    );
  });
}
