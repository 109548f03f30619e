import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import tmp from "tmp";

const library = fileURLToPath(new URL("../../../../core/build/hooks/ironic-images/ironic-images-lib", import.meta.url));

interface Case {
  readonly title: string;
  /** Path in the image, text after the build. */
  readonly file: readonly [string, string];
  /** Text before the build. */
  readonly original?: string;
  readonly build: Record<string, string>;
  readonly own: readonly [string, string];
  readonly sources: Record<string, string>;
  readonly finished: string;
}

const deb822 = (archive: string, security: string): string =>
  `Types: deb\nURIs: ${archive}\nSuites: noble noble-updates\nComponents: main\n\nTypes: deb\nURIs: ${security}\nSuites: noble-security\nComponents: main\n`;
const list = "etc/apt/sources.list";
const sources = "etc/apt/sources.list.d/ubuntu.sources";
const build = { mirror: "http://m.corp.example/debian", security: "http://m.corp.example/sec/" };

const cases: Case[] = [
  {
    title: "the distribution's own mirrors take the place of the build's, trailing slash or not",
    file: [
      list,
      "deb http://m.corp.example/debian/ bookworm main\ndeb [arch=amd64] http://m.corp.example/sec bookworm-security main\n",
    ],
    build,
    own: ["http://own.example/debian", "http://security.example/"],
    sources: {},
    finished:
      "deb http://own.example/debian bookworm main\ndeb [arch=amd64] http://security.example/ bookworm-security main\n",
  },
  {
    title: "another repository on the build's mirror host is not the distribution's",
    file: [list, "deb http://m.corp.example/tools stable main\n"],
    build,
    own: ["http://own.example/debian", ""],
    sources: {},
    finished: "deb http://m.corp.example/tools stable main\n",
  },
  {
    title: "a distribution without a security mirror has its security suite on its only mirror",
    file: [list, "deb http://m.corp.example/debian noble main\ndeb http://m.corp.example/debian noble-security main\n"],
    build: { mirror: build.mirror },
    own: ["http://own.example/ubuntu", ""],
    sources: {},
    finished: "deb http://own.example/ubuntu noble main\ndeb http://own.example/ubuntu noble-security main\n",
  },
  {
    title: "a base image gets its own words back",
    file: [sources, deb822("http://m.corp.example/debian", "http://m.corp.example/debian")],
    original: deb822("http://own.example/ubuntu", "http://security.example/ubuntu"),
    build: { mirror: build.mirror },
    own: ["http://own.example/ubuntu", ""],
    sources: {},
    finished: deb822("http://own.example/ubuntu", "http://security.example/ubuntu"),
  },
  {
    title: "a base image gets the recipe's sources, without any mirror of the build",
    file: [sources, deb822("http://own.example/ubuntu/", "http://security.example/ubuntu/")],
    original: deb822("http://own.example/ubuntu/", "http://security.example/ubuntu/"),
    build: {},
    own: ["http://own.example/ubuntu", ""],
    sources: { mirror: "http://customer.example/u", security: "http://customer.example/s" },
    finished: deb822("http://customer.example/u", "http://customer.example/s"),
  },
];

async function finish(
  t: TestContext,
  { file: [name, text], original, build: used, own, sources: asked }: Case,
): Promise<string> {
  const { name: directory, removeCallback } = tmp.dirSync({ unsafeCleanup: true });
  t.after(removeCallback);
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  write(join("root", name), text);
  write("manifest/none", "");
  if (original !== undefined) write(join("saved", name), original);
  const isPrivate = Object.values(used).length > 0 ? [{ text: "m.corp.example", what: "host", kind: "host" }] : [];
  const isLeft = text.includes("/tools");
  write(
    "finish.json",
    JSON.stringify({
      saved: join(directory, "saved"),
      build: used,
      sources: asked,
      private: isPrivate,
      keepVariables: [],
    }),
  );
  const run = await execa(
    "python3",
    [
      "-B",
      join(library, "finish.py"),
      join(directory, "root"),
      join(directory, "finish.json"),
      ...own,
      join(directory, "manifest"),
    ],
    { reject: false },
  );
  assert.equal(run.exitCode, isLeft ? 1 : 0, run.stderr);
  if (isLeft) assert.match(run.stderr, /^ironic-images: .*\/etc\/apt\/sources\.list \(host\)/);
  return readFileSync(join(directory, "root", name), "utf8");
}

for (const each of cases) {
  test(`package sources of the finished image: ${each.title}`, async (t) =>
    assert.equal(await finish(t, each), each.finished));
}
