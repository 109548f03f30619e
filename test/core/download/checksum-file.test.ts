import assert from "node:assert/strict";
import { test } from "node:test";
import { checksumOf } from "../../../core/download/checksum-file.ts";

const one = "1a".repeat(32);
const two = "2b".repeat(32);
const name = "ipa-centos9-master.kernel";

for (const [what, text] of [
  ["of sha256sum", `${one}  ${name}\n`],
  ["of sha256sum, binary", `${one} *${name}\n`],
  ["of BSD", `SHA256 (${name}) = ${one}\n`],
  ["of openssl", `SHA256(${name})= ${one}\n`],
  ["bare", `${one}\n`],
  ["bare, without an end of line", one],
  ["with the ends of lines of Windows", `${one}  ${name}\r\n`],
  ["bare, with the ends of lines of Windows", `${one}\r\n\r\n`],
  ["in capitals", `${one.toUpperCase()}  ${name}\n`],
  ["behind a byte order mark", `\ufeff${one}  ${name}\n`],
  ["among others", `${two}  other\n${one}  ${name}\n${two}  ${name}.sig\n`],
  ["said twice alike", `${one}  ${name}\nSHA256 (${name}) = ${one.toUpperCase()}\n`],
  ["inside a signature", `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (${name}) = ${one}\n`],
  ["beside other algorithms", `SHA512 (${name}) = ${two}${two}\nSHA256 (${name}) = ${one}\n`],
] as const) {
  test(`fault 23: a digest ${what} is read`, () => assert.deepEqual(checksumOf(text, name), { sha256: one }));
}

for (const [what, text, problem] of [
  ["that is empty", "", /^is empty$/],
  ["of blank lines", "\r\n \n", /^is empty$/],
  ["without digests", "not found\n", /^holds no sha256$/],
  ["of another length", `${one.slice(1)}  ${name}\n`, /^holds no sha256$/],
  ["of sha512", `${one}${one}  ${name}\n`, /^holds no sha256$/],
  [
    "that names another file",
    `${one}  ipa-centos9-stable.kernel\n`,
    /^has no digest of .*, only of "ipa-centos9-stable\.kernel"$/,
  ],
  ["that names the file in a directory", `${one}  ./${name}\n`, /^has no digest of/],
  ["that names the file in capitals", `${one}  ${name.toUpperCase()}\n`, /^has no digest of/],
  ["that names the file with more behind it", `${one}  ${name}.old\n`, /^has no digest of/],
  ["with two digests of the name", `${one}  ${name}\n${two}  ${name}\n`, /^is ambiguous: it has 2 digests/],
  ["with two bare digests", `${one}\n${two}\n`, /^is ambiguous: it has 2 digests/],
  ["with a bare digest and another", `${one}\n${two}  ${name}\n`, /^is ambiguous: it has 2 digests/],
  [
    "with a bare digest beside another file's",
    `${one}\n${two}  other\n`,
    /^is ambiguous: it has a digest without a name/,
  ],
] as const) {
  test(`fault 23: a checksum file ${what} is refused`, () => {
    const checksum = checksumOf(text, name);
    assert.match("problem" in checksum ? checksum.problem : checksum.sha256, problem);
  });
}
