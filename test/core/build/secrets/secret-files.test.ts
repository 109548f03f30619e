import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { secretForms } from "../../../../core/build/secrets/secret-forms.ts";
import { secretsLine } from "../../../../core/build/secrets/secrets.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

const own = (path: string): string => fileURLToPath(new URL(`../../../../core/build/${path}`, import.meta.url));
const search = own("secret-hooks/ironic-images-secrets/ironic-images-secrets-lib/search.py");
const token = "tok en/é$'0123";
const secrets = { AGENT_TOKEN: token, OTHER_KEY: "another-0123456789" };

/** Runs the search of our last hook over a tree of files; `links` are path and target. */
async function searched(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
  options: { links?: Readonly<Record<string, string>>; allowed?: readonly string[] } = {},
) {
  const directory = temporaryDirectory(t);
  const root = join(directory, "root");
  for (const [path, content] of Object.entries({ "etc/motd": "Welcome\n", ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const [path, target] of Object.entries(options.links ?? {})) symlinkSync(target, join(root, path));
  const line = secretsLine({ kind: "partition", secretFiles: options.allowed ?? [] }, secrets);
  writeFileSync(join(directory, "search.json"), Buffer.from(line.split(" ")[1] ?? "", "base64"));
  const env = { PYTHONPATH: own("hooks/ironic-images/ironic-images-lib"), PYTHONUTF8: "0", LC_ALL: "C" };
  return await execa("python3", ["-B", search, root, join(directory, "search.json")], { env, reject: false });
}

const chunk = 4 * 2 ** 20;
const straddling = Buffer.concat([Buffer.alloc(chunk - 5), Buffer.from(token), Buffer.alloc(100)]);

const leaks: [string, Parameters<typeof searched>[1], Parameters<typeof searched>[2], string][] = [
  ["in a file", { "srv/token": `a ${token} b` }, {}, "/srv/token (AGENT_TOKEN)"],
  ["over the end of what is read at once", { "srv/large": straddling }, {}, "/srv/large (AGENT_TOKEN)"],
  [
    "in base64 behind a user's name",
    { "root/.docker/config.json": `"${Buffer.from(`u:${token}`).toString("base64")}"` },
    {},
    "/root/.docker/config.json (AGENT_TOKEN)",
  ],
  ["in a name", { [`opt/${secrets.OTHER_KEY}`]: "" }, {}, `/opt/${secrets.OTHER_KEY} (OTHER_KEY)`],
  ["in a link", {}, { links: { "etc/url": `https://x:${secrets.OTHER_KEY}@r.example` } }, "/etc/url (OTHER_KEY)"],
  [
    "in proc, which is a directory of the image where nothing is mounted",
    { "proc/x": token },
    {},
    "/proc/x (AGENT_TOKEN)",
  ],
  [
    "in another file than the one that is meant",
    { "etc/t": token, "etc/t2": token },
    { allowed: ["/etc/t"] },
    "in /etc/t2 (AGENT_TOKEN): ",
  ],
];
for (const [where, files, options, message] of leaks) {
  test(`a secret ${where} is found in the image, and the file named`, async (t) => {
    const { exitCode, stderr } = await searched(t, files, options);
    assert.equal(exitCode, 1, stderr);
    assert.ok(stderr.startsWith("ironic-images: the image holds secrets, in ") && stderr.includes(message), stderr);
    for (const form of secretForms(token)) assert.ok(!stderr.includes(form), stderr);
  });
}

test("an image without secrets passes, a link out of it is not followed, and a file that is meant to hold one is left alone", async (t) => {
  const outside = join(temporaryDirectory(t), "outside");
  writeFileSync(outside, token);
  const found = await searched(t, { "etc/t": token }, { links: { "etc/out": outside }, allowed: ["/etc/t"] });
  assert.deepEqual([found.exitCode, found.stderr], [0, ""]);
});
