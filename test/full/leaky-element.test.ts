import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { secretForms } from "../../core/build/secrets/secret-forms.ts";
import { cannotBuild, makeProject, realBuilder, tiny } from "../core/build/support.ts";
import { pathsWith } from "../support/secrets.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

const secrets = { DIB_DEV_USER_PASSWORD: `hun'ter2 $(touch /c) é`, AGENT_TOKEN: "tok+en/0123==456" };
const forms = Object.values(secrets).flatMap(secretForms);

test(
  "a build whose image holds secrets where nobody meant it fails, and names the files, and neither error nor log shows a value",
  { skip },
  async (t) => {
    const project = makeProject(t);
    project.hook(
      "leaky/install.d/60-leaky",
      `mkdir -p /root/.docker /opt
printf '{"auths": {"r.example": {"auth": "%s"}}}\\n' "$AUTH" >/root/.docker/config.json
echo "password=$DIB_DEV_USER_PASSWORD" >/opt/settings
ln -s "https://user:$AGENT_TOKEN@r.example" /opt/link
echo "ironic-images: the token is $AGENT_TOKEN"`,
    );
    // The base64 of a pair, as docker login makes it; tiny has no base64.
    project.hook(
      "leaky/root.d/90-auth",
      `printf 'user:%s' "$AGENT_TOKEN" | base64 >"$TARGET_ROOT/auth"; mkdir "$TARGET_ROOT/opt"; : >"$TARGET_ROOT/opt/name-$(printf %s "$AGENT_TOKEN" | base64 | tr +/ -_)"`,
    );
    const hook = join(project.directory, "elements/leaky/install.d/60-leaky");
    writeFileSync(hook, readFileSync(hook, "utf8").replace('"$AUTH"', '"$(cat /auth; rm /auth)"'), { mode: 0o755 });
    const content = {
      ...tiny,
      elements: ["leaky"],
      secretEnvironment: Object.keys(secrets),
      secretFiles: ["/etc/elsewhere"],
    };
    await assert.rejects(
      project.build(project.job("tiny", content), {}, secrets),
      (error: Error & { code: string }) => {
        assert.equal(error.code, "build-failed");
        assert.match(
          error.message,
          /the image holds secrets, in \/opt\/link \(AGENT_TOKEN\), \/opt\/name-\S* \(AGENT_TOKEN\), /,
        );
        assert.match(
          error.message,
          /\/opt\/settings \(DIB_DEV_USER_PASSWORD\), \/root\/\.docker\/config\.json \(AGENT_TOKEN\): remove/,
        );
        assert.ok(forms.every((form) => !error.message.includes(form)));
        return true;
      },
    );
    assert.deepEqual(await pathsWith(join(project.directory, ".images"), forms), []);
    for (const directory of ["builds", "staging", "artifacts"]) {
      const path = join(project.directory, ".images", directory);
      assert.deepEqual(
        existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : [],
        [],
        directory,
      );
    }
  },
);
