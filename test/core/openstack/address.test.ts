import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceAddress, withoutUserInfo } from "../../../core/openstack/address.ts";
import { IronicImagesError } from "../../../core/errors.ts";

for (const address of [
  "http://127.0.0.1:9292",
  "https://glance.example.org/image/v2/",
  "HTTPS://Glance.example.org",
  "http://[::1]:9292",
]) {
  test(`${address} is an address, and stays as it is`, () =>
    assert.equal(serviceAddress(address, "cloud x: key", "write it"), address));
}

const none = /^cloud x: key is no http or https address; write it$/;
const user = /^cloud x: key has user information before its host, .*leave it out, as far as the @$/;
const refused: [address: string, message: RegExp][] = [
  ["10.0.0.1:9292", none],
  ["glance.example.org:9292", none],
  ["https//glance/", none],
  ["https:glance", none],
  ["http:///glance", none],
  ["http://", none],
  ["http://glance:port/", none],
  ["http://two words/", none],
  ["ftp://glance/", none],
  ["not an address", none],
  ["http://me:s3cret@glance/", user],
  ["http://s3cret@glance/", user],
  ["http://:s3cret@glance/", user],
];
for (const [address, message] of refused) {
  test(`${address} is refused and not repeated`, () => {
    assert.throws(
      () => serviceAddress(address, "cloud x: key", "write it"),
      (error: unknown) => {
        assert.ok(error instanceof IronicImagesError);
        assert.equal(error.code, "cloud-config");
        assert.match(error.message, message);
        assert.ok(!error.message.includes("s3cret"));
        return true;
      },
    );
  });
}

test("user information is taken out of an address, and nothing else changes", () => {
  assert.equal(withoutUserInfo("http://me:s3cret@glance:1/v2/images?a=b"), "http://glance:1/v2/images?a=b");
  assert.equal(withoutUserInfo("http://me:s3cret@glance:port/"), "http://glance:port/");
  assert.equal(withoutUserInfo("http://me:s3@cret@glance:port/"), "http://glance:port/");
  assert.equal(withoutUserInfo("http://glance/v2/images?name=a@b"), "http://glance/v2/images?name=a@b");
});
