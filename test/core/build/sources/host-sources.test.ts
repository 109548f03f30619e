import assert from "node:assert/strict";
import test from "node:test";
import { hostSourceProblem, hostSources, type HostFacts } from "../../../../core/build/sources/host-sources.ts";

const facts: HostFacts = {
  id: "debian",
  codename: "bookworm",
  aptSources: [
    { uri: "http://a.example/debian", suites: ["bookworm"] },
    { uri: "http://s.example/sec", suites: ["bookworm-security"] },
  ],
  aptConfig: 'Acquire::http::Proxy "http://apt-proxy.example:3142";\n',
  env: {},
};

test("the host's mirrors serve the host's own distribution", () => {
  for (const distribution of ["debian", "debian-minimal"]) {
    assert.deepEqual(
      hostSources(facts, {}, distribution).mirrors,
      { distribution: "http://a.example/debian", security: "http://s.example/sec" },
      distribution,
    );
  }
  for (const distribution of ["ubuntu", "fedora", "debianish"])
    assert.deepEqual(hostSources(facts, {}, distribution).mirrors, {}, distribution);
});

test("settings win over the environment, and the environment over apt", () => {
  const env = {
    HTTPS_PROXY: "http://up.example:1",
    http_proxy: "http://low.example:1",
    HTTP_PROXY: "http://up.example:1",
    no_proxy: "localhost,.corp.example",
  };
  const fromEnvironment = hostSources({ ...facts, env }, {}, "debian");
  assert.deepEqual(fromEnvironment.proxy, {
    http: "http://low.example:1",
    https: "http://up.example:1",
    no: "localhost,.corp.example",
  });
  assert.deepEqual(hostSources(facts, {}, "debian").proxy, { http: "http://apt-proxy.example:3142" });
  const settings = {
    mirrors: { mirror: "http://m.example/debian" },
    proxy: { http: "http://set.example:1" },
    caBundle: "/ca",
  };
  const fromSettings = hostSources({ ...facts, env: { ...env, SSL_CERT_FILE: "/other" } }, settings, "debian");
  assert.equal(fromSettings.mirrors.distribution, "http://m.example/debian");
  assert.equal(fromSettings.mirrors.security, "http://s.example/sec");
  assert.equal(fromSettings.proxy.http, "http://set.example:1");
  assert.equal(fromSettings.caBundle, "/ca");
});

test("the first variable that names a CA bundle counts", () => {
  assert.equal(
    hostSources({ ...facts, env: { SSL_CERT_FILE: "", REQUESTS_CA_BUNDLE: "/r", CURL_CA_BUNDLE: "/c" } }, {}, "debian")
      .caBundle,
    "/r",
  );
});

for (const value of [
  "http://p.example:1;id",
  "http://p.example:1 x",
  "http://$(id)@p.example",
  "http://`id`",
  "http://p.example/'a'",
  "p.example:3128",
  "http://p.example\nx",
  "ftp://p.example",
  "http://p&q.example",
  // Ends a part of a sed command of diskimage-builder.
  "http://p.example/a,b",
  "http://p.example/\u202ea",
]) {
  test(`a proxy that a shell would not read as one word is refused, and its value kept secret: ${JSON.stringify(value)}`, () => {
    assert.throws(
      () => hostSources({ ...facts, env: { http_proxy: value } }, {}, "debian"),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "host-source-refused");
        assert.match(error.message, /http_proxy/);
        assert.ok(!error.message.includes(value));
        return true;
      },
    );
  });
}

test("a no_proxy list with shell characters is refused", () => {
  assert.throws(() => hostSources({ ...facts, env: { no_proxy: "a;id" } }, {}, "debian"), /no_proxy/);
});

test("fault 14: a no_proxy with spaces, as many have it, becomes one word: the word behind a space would be root's command", () => {
  const no = (value: string) => hostSources({ ...facts, env: { no_proxy: value } }, {}, "debian").proxy.no;
  assert.equal(no("localhost, 127.0.0.1 ,\t.corp.example"), "localhost,127.0.0.1,.corp.example");
  assert.equal(no(" , "), undefined);
});

test("a preview can say what a build on this machine would be refused for, without the value", () => {
  const secret = "http://u:p;w@p.example";
  assert.match(hostSourceProblem({ https_proxy: secret }, {}) ?? "", /https_proxy is not a plain URL/);
  assert.doesNotMatch(hostSourceProblem({ https_proxy: secret }, {}) ?? "", /p;w/);
  assert.equal(hostSourceProblem({ https_proxy: secret }, { proxy: { https: "http://p.example" } }), undefined);
  assert.equal(hostSourceProblem({}, {}), undefined);
});
