import assert from "node:assert/strict";
import test from "node:test";
import {
  mirrorsOf,
  parseDeb822Sources,
  parseSourcesList,
  proxiesOf,
} from "../../../../core/build/sources/apt-configuration.ts";

test("a classic sources.list gives its binary sources, with and without options, and no comments", () => {
  const text = `# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian/ bookworm main contrib
deb-src http://a.example/debian bookworm main
  deb http://s.example/sec bookworm-security main
nonsense`;
  assert.deepEqual(parseSourcesList(text), [
    { uri: "http://a.example/debian/", suites: ["bookworm"] },
    { uri: "http://s.example/sec", suites: ["bookworm-security"] },
  ]);
});

test("a deb822 file gives one source for each URI of its enabled binary stanzas, folded fields included", () => {
  const text = `Types: deb deb-src
# a comment inside
URIs: http://a.example/debian
  http://b.example/debian
Suites: bookworm bookworm-updates
Components: main

types: deb
uris: http://s.example/sec
suites: bookworm-security

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm

Types: deb-src
URIs: http://src.example/debian
Suites: bookworm
`;
  assert.deepEqual(parseDeb822Sources(text), [
    { uri: "http://a.example/debian", suites: ["bookworm", "bookworm-updates"] },
    { uri: "http://b.example/debian", suites: ["bookworm", "bookworm-updates"] },
    { uri: "http://s.example/sec", suites: ["bookworm-security"] },
  ]);
});

test("mirrors are those that serve the machine's own release; third parties and local trees are not", () => {
  const sources = [
    { uri: "https://third.example/tools", suites: ["stable"] },
    { uri: "file:///srv/debian", suites: ["bookworm"] },
    { uri: "http://a.example/debian/", suites: ["bookworm", "bookworm-updates"] },
    { uri: "http://s.example/sec", suites: ["bookworm-security"] },
  ];
  assert.deepEqual(mirrorsOf(sources, "bookworm"), {
    distribution: "http://a.example/debian",
    security: "http://s.example/sec",
  });
  assert.deepEqual(mirrorsOf([{ uri: "http://s.example/sec", suites: ["buster/updates"] }], "buster"), {
    security: "http://s.example/sec",
  });
  assert.deepEqual(mirrorsOf(sources, "noble"), {});
});

test("apt's proxies are read from apt-config dump; DIRECT and empty mean none", () => {
  assert.deepEqual(
    proxiesOf(
      'Acquire "";\nAcquire::http "";\nAcquire::http::Proxy "http://u:p@proxy.example:3128";\nAcquire::https::Proxy "DIRECT";\n',
    ),
    {
      http: "http://u:p@proxy.example:3128",
    },
  );
  assert.deepEqual(proxiesOf('Acquire::HTTP::Proxy "";\n'), {});
  assert.deepEqual(proxiesOf('Acquire::http::Proxy::deb.example "http://only-one.example";\n'), {});
});
