import assert from "node:assert/strict";
import test from "node:test";
import { builderEnvironment } from "../../../../core/build/builder/builder-environment.ts";

test("mirrors, proxies in both spellings, CA and base image reach diskimage-builder by paths of the sandbox", () => {
  const environment = builderEnvironment(
    { DIB_RELEASE: "bookworm" },
    {
      mirrors: { distribution: "http://m.example/d", security: "http://s.example/s" },
      proxy: { http: "http://p.example:1", no: "localhost" },
      caBundle: "/home/me/ca.pem",
    },
    { baseImageName: "base.squashfs" },
  );
  const expected = {
    DIB_RELEASE: "bookworm",
    DIB_DISTRIBUTION_MIRROR: "http://m.example/d",
    DIB_DEBIAN_SECURITY_MIRROR: "http://s.example/s",
    http_proxy: "http://p.example:1",
    HTTP_PROXY: "http://p.example:1",
    no_proxy: "localhost",
    SSL_CERT_FILE: "/mnt/job/ca.pem",
    DIB_LOCAL_IMAGE: "/mnt/base/base.squashfs",
    HOME: "/mnt/home",
    DIB_DEV_USER_AUTHORIZED_KEYS: "/dev/null",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(environment[name], value, name);
  assert.ok(!("https_proxy" in environment));
  assert.ok(!JSON.stringify(environment).includes("/home/me"));
});

test("without anything of the host nothing of it is set", () => {
  const names = Object.keys(builderEnvironment({}, { mirrors: {}, proxy: {} }));
  assert.deepEqual(
    names.filter((name) => /proxy|mirror|cert|ca_|local_image/i.test(name)),
    [],
  );
});
