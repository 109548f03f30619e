import assert from "node:assert/strict";
import { test } from "node:test";
import { conductorEnvironment } from "../../../tools/acceptance/conductor-environment.ts";

const of = (environment: NodeJS.ProcessEnv) => conductorEnvironment(environment, "/work", "/venv");
const local = "localhost,127.0.0.0/8,127.0.0.1,::1,192.0.2.2";

test("Ironic gets nothing of our environment but the way to the cloud", () => {
  assert.deepEqual(of({ PATH: "/bin", OS_TOKEN: "t", PYTHONPATH: "/p", PULUMI_CONFIG_PASSPHRASE: "p" }), {
    PATH: "/venv/bin:/bin",
    HOME: "/work",
    LANG: "C.UTF-8",
    PYTHONWARNINGS: "ignore",
    no_proxy: local,
    NO_PROXY: local,
  });
});

test("proxies are taken over in the case in which they are written, empty ones are not", () => {
  const { https_proxy, HTTP_PROXY, all_proxy } = of({
    https_proxy: "http://p:1",
    HTTP_PROXY: "http://p:2",
    all_proxy: "",
  });
  assert.deepEqual([https_proxy, HTTP_PROXY, all_proxy], ["http://p:1", "http://p:2", undefined]);
});

for (const [title, environment, expected] of [
  [
    "what the user wants without a proxy stays so",
    { no_proxy: "a.example, .b.example" },
    `a.example,.b.example,${local}`,
  ],
  ["it may be written in capitals", { NO_PROXY: "a.example", no_proxy: "" }, `a.example,${local}`],
  ["the asterisk stays alone", { no_proxy: "a.example,*" }, "*"],
] as const) {
  test(`${title}, and loopback never has one`, () => {
    assert.equal(of(environment)["no_proxy"], expected);
  });
}
