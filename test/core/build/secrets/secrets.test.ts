import assert from "node:assert/strict";
import test from "node:test";
import { execa } from "execa";
import { jobEnvironment } from "../../../../core/build/jobs/job-environment.ts";
import { secretForms } from "../../../../core/build/secrets/secret-forms.ts";
import { secretsLine, secretsOf, secretTexts } from "../../../../core/build/secrets/secrets.ts";

const values = ["plain-0123", `it's $HOME "a" \\ \`b\` é€`, "Tr0ub4dor&3/+=?", "user name:pass\\word"];

// Prints a value as bash traces it and quotes it, in the locale of diskimage-builder and in another one.
const bash = `for LC_ALL in C C.UTF-8; do set -x; : "$V"; { set +x; } 2>/dev/null; printf '%q\\n' "$V"; export V; export -p; done`;
const python = `import json, shlex, sys, urllib.parse as url
print(json.dumps([[json.dumps(v), json.dumps(v, ensure_ascii=False), shlex.quote(v), url.quote(v), url.quote(v, safe=""), url.quote_plus(v)]
  for v in json.loads(sys.argv[1])]))`;

test("a secret is known in the forms in which shells, Python, JSON, addresses and base64 write it", async () => {
  const ofPython = JSON.parse((await execa("python3", ["-c", python, JSON.stringify(values)])).stdout) as string[][];
  for (const [index, value] of values.entries()) {
    const forms = secretForms(value);
    const ofBash = await execa("bash", ["-c", bash], {
      env: { V: value },
      extendEnv: false,
      all: true,
      stdin: "ignore",
    });
    const lines = ofBash.all.split("\n").filter((line) => /^\+ :|^declare -x V=|^(?!declare|\+)./.test(line));
    assert.equal(lines.length, 6, lines.join("\n"));
    const behind = ["", "u", "us", "use", "user:"].map((before) => Buffer.from(`${before}${value}:and more`));
    const inBase64 = behind.flatMap((bytes) => [bytes.toString("base64"), bytes.toString("base64url")]);
    for (const text of [...lines, ...(ofPython[index] ?? []), encodeURIComponent(value), ...inBase64])
      assert.ok(
        forms.some((form) => text.includes(form)),
        `${value} in ${text}`,
      );
  }
});

test("a job gets the secrets that its recipe names, and no other; without a value there is no build", () => {
  const all = { A_TOKEN: "a-secret-1", B_TOKEN: "b-secret-2" };
  assert.deepEqual(secretsOf({ kind: "partition", secretEnvironment: ["B_TOKEN"] }, all), { B_TOKEN: "b-secret-2" });
  assert.deepEqual(secretsOf({ kind: "deploy-download" }, all), {});
  assert.throws(() => secretsOf({ kind: "partition", secretEnvironment: ["B_TOKEN", "C_KEY", "toString"] }, all), {
    code: "secret-missing",
    message: /no value of C_KEY, toString: /,
  });
});

test("what goes to the sandbox is one line, empty without secrets", () => {
  assert.equal(secretsLine({ kind: "partition" }, {}), "");
  const line = secretsLine({ kind: "partition", secretFiles: ["/etc/t"] }, { A_TOKEN: "x = é\\", B_KEY: "12345678ab" });
  const [environment = "", search = ""] = line.split(" ").map((word) => Buffer.from(word, "base64").toString());
  assert.equal(environment, "A_TOKEN=x = é\\\0B_KEY=12345678ab\0");
  assert.deepEqual(JSON.parse(search), {
    forms: { A_TOKEN: secretForms("x = é\\"), B_KEY: secretForms("12345678ab") },
    allowed: ["/etc/t"],
  });
  assert.deepEqual(
    new Set(secretTexts({ A_TOKEN: "abcdefgh" }).map(({ what, kind }) => `${kind} ${what}`)),
    new Set(["credential secret A_TOKEN"]),
  );
});

test("a job inherits neither the engine's passphrase and configuration nor the cloud's credentials", () => {
  const env = {
    PATH: "/bin",
    http_proxy: "p",
    IRONIC_IMAGES_CACHE: "c",
    PULUMI_CONFIG_PASSPHRASE: "x",
    PULUMI_CONFIG: "{}",
    OS_PASSWORD: "y",
  };
  assert.deepEqual(jobEnvironment(env), { PATH: "/bin", http_proxy: "p", IRONIC_IMAGES_CACHE: "c" });
});
