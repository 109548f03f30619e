import assert from "node:assert/strict";
import { test } from "node:test";
import { glanceFault, isWithoutRecord } from "../../../core/openstack/fault.ts";

const upload = 'Error while uploading file ".images/artifacts/x-0123456789ab/x.qcow2": ';
const put = "[PUT http://glance/v2/images/1b2c/file]";

const rows: { title: string; message: string; kind: string; advice: RegExp }[] = [
  {
    title: "fault 43: Glance's size cap",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 413 instead\n<html>413 Request Entity Too Large The incoming image is too large: </html>`,
    kind: "limit",
    advice: /image_size_cap in glance-api\.conf/,
  },
  {
    title: "fault 43: Glance's quota",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 413 instead\nImage exceeds the storage quota: The size of the data 9 will exceed the limit. 1 bytes remaining.`,
    kind: "limit",
    advice: /user_storage_quota/,
  },
  {
    title: "fault 43: a full store",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 413 instead\nImage storage media is full: There is not enough disk space`,
    kind: "limit",
    advice: /store is full/,
  },
  {
    title: "fault 43: a limit in Keystone",
    message:
      "Error creating Image: Expected HTTP response code [201] when accessing [POST http://glance/v2/images], but got 413 instead\nProject p is over a limit for [Resource image_count_total is over limit of 2]",
    kind: "limit",
    advice: /limit of the project in Keystone/,
  },
  {
    title: "fault 43: a proxy's limit",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 413 instead\n<html>nginx</html>`,
    kind: "limit",
    advice: /proxy's limit/,
  },
  {
    title: "bytes of another format",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 415 instead`,
    kind: "refused",
    advice: /disk_format/,
  },
  {
    title: "fault 45: policy, by the plugin",
    message: `${upload}Request forbidden: ${put}, error message: {"code": "403 Forbidden"}`,
    kind: "refused",
    advice: /policy forbids/,
  },
  {
    title: "fault 45: policy, by our client",
    message: "Glance: PATCH /v2/images/1b2c: 403 You are not authorized to complete publicize_image action.",
    kind: "refused",
    advice: /policy forbids/,
  },
  {
    title: "credentials that ended",
    message: `${upload}Unable to re-authenticate: Expected HTTP response code [204]`,
    kind: "refused",
    advice: /does not accept the credentials/,
  },
  {
    title: "an image that is gone already",
    message: "Error deleting Image: Resource not found: [DELETE http://glance/v2/images/1b2c]",
    kind: "gone",
    advice: /pulumi up --refresh/,
  },
  {
    title: "an image that went during its upload",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 410 instead`,
    kind: "transient",
    advice: /Somebody deleted/,
  },
  {
    title: "other bytes",
    message: 'Error wrong checksum: got "a", expected "b"',
    kind: "transient",
    advice: /other bytes/,
  },
  {
    title: "a token that ended",
    message: `${upload}Successfully re-authenticated, but got error executing request: read x.qcow2: file already closed`,
    kind: "transient",
    advice: /token ended/,
  },
  {
    title: "a broken pipe",
    message: `${upload}OpenStack connection error, retries exhausted. Aborting. Last error was: write: broken pipe`,
    kind: "transient",
    advice: /connection to Glance broke/,
  },
  {
    title: "a reset, by our client",
    message: "GET http://glance/v2/images/1b2c: ECONNRESET",
    kind: "transient",
    advice: /connection to Glance broke/,
  },
  {
    title: "502 by the plugin",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 502 instead`,
    kind: "transient",
    advice: /could not serve/,
  },
  {
    title: "503 by our client",
    message: "Glance: GET /v2/images/1b2c: 503 Service Unavailable",
    kind: "transient",
    advice: /could not serve/,
  },
  {
    title: "fault 45: another endpoint",
    message: "Error creating Image: Resource not found: [POST http://glance/v2/images], error message: 404",
    kind: "refused",
    advice: /No Glance of version 2 answers/,
  },
  {
    title: "fault 45: an endpoint that offers versions",
    message:
      "Error creating Image: Expected HTTP response code [201] when accessing [POST http://glance/v2/images], but got 300 instead",
    kind: "refused",
    advice: /No Glance of version 2 answers/,
  },
  {
    title: "fault 45: an image that somebody protected",
    message:
      "Error deleting Image: Request forbidden: [DELETE http://glance/v2/images/1b2c], error message: Image 1b2c is protected and cannot be deleted.",
    kind: "refused",
    advice: /^Somebody protected the image/,
  },
  {
    title: "fault 40: a second writer",
    message: `${upload}Expected HTTP response code [204] when accessing ${put}, but got 409 instead`,
    kind: "transient",
    advice: /Somebody else wrote/,
  },
  {
    title: "fault 42: an image that was killed",
    message: "Error waiting for Image: unexpected state 'killed', wanted target 'active'. last error: %!s(<nil>)",
    kind: "transient",
    advice: /is not active\. pulumi up replaces it/,
  },
  {
    title: "bytes that are not as built",
    message: "image 1b2c: size: expected 500, found 503",
    kind: "other",
    advice: /^$/,
  },
];

for (const { title, message, kind, advice } of rows) {
  test(`${title}, in the words of an error, is ${kind}`, () => {
    const fault = glanceFault(message);
    assert.equal(fault.kind, kind);
    assert.match(fault.advice, advice);
  });
}

test("only a record that was never made has no id in the state", () => {
  assert.equal(isWithoutRecord("Error creating Image: Post: EOF"), true);
  assert.equal(isWithoutRecord(`${upload}EOF`), false);
});
