import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { execa } from "execa";
import { secretForms } from "../../../../core/build/secrets/secret-forms.ts";
import { withMountedImage } from "../../../support/mounted-image.ts";
import { pathsWith, watchForSecrets } from "../../../support/secrets.ts";
import { cannotBuild, makeProject, realBuilder, tiny, type Project } from "../support.ts";

const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

const password = `hun'ter2 $(touch /c) \`x\` "&\\;€ é`;
const token = "tok+en/0123==456";
const secrets = { DIB_DEV_USER_PASSWORD: password, AGENT_TOKEN: token };
const forms = [...secretForms(password), ...secretForms(token)];

/** What the element devuser needs in an image, which tiny has not; it installs packages, of which tiny knows none. */
function accountTools(project: Project): void {
  project.hook("package-installs/install.d/01-nothing", ":");
  project.hook(
    "accounts/root.d/20-account-tools",
    `cp -L --parents "$(type -P sha256sum)" $(ldd "$(type -P sha256sum)" | grep -o '/[^ ]*') "$TARGET_ROOT"
printf '#!/bin/bash\\nmkdir -p /home/$2; echo "$2:x:1000:1000::/home/$2:/bin/bash" >>/etc/passwd; echo "$2:x:1000:" >>/etc/group\\n' >"$TARGET_ROOT/usr/sbin/useradd"
printf '#!/bin/bash\\nIFS=: read -r user password; echo "$user:$(printf %%s "$password" | sha256sum)" >>/etc/shadow\\n' >"$TARGET_ROOT/usr/sbin/chpasswd"
chmod 755 "$TARGET_ROOT"/usr/sbin/{useradd,chpasswd}`,
  );
}

test(
  "fault 54: devuser's password and a token are used in a build, and are in no argument, no environment but that of hooks, and nothing that the build leaves; the image holds the hash, and the token where it is meant",
  { skip },
  async (t) => {
    const project = makeProject(t);
    accountTools(project);
    project.hook("agent/root.d/30-agent", `[ "$AGENT_TOKEN" = '${token}' ]`);
    project.hook(
      "agent/install.d/60-agent",
      // As careless as elements are; the pause is for who looks at processes.
      `set -x
umask 077
printf '%s' "$AGENT_TOKEN" >/etc/agent-token
export | grep TOKEN
env | grep -e PASSWORD -e TOKEN
printf '%q\\n' "$DIB_DEV_USER_PASSWORD"
sleep 0.5`,
    );
    const content = {
      ...tiny,
      elements: ["accounts", "agent", "devuser"],
      environment: { DIB_DEV_USER_USERNAME: "tester" },
      secretEnvironment: ["AGENT_TOKEN", "DIB_DEV_USER_PASSWORD"],
      secretFiles: ["/etc/agent-token"],
    };
    const watcher = watchForSecrets(forms);
    const { record } = await project.build(project.job("tiny", content), {}, secrets);
    const seen = watcher.stop();
    assert.deepEqual(seen.inArguments, [], "no argument of any process");
    assert.deepEqual(seen.inEnvironments, [], "no environment outside of the sandbox");
    assert.ok(seen.inSandbox > 0, "who looks at environments sees those of the hooks");

    // The artifact with its record, its log and its manifests; what is left of the job; the cache. The disk, which is meant to hold the
    // token and can show it where a cluster is hardly compressed, is searched below.
    const disk = project.artifact(record, "tiny.qcow2");
    const left = await pathsWith(join(project.directory, ".images"), forms);
    assert.deepEqual(
      left.filter((path) => path !== disk),
      [],
    );
    assert.deepEqual(await pathsWith(project.cache, forms), []);
    assert.deepEqual(readdirSync(join(project.directory, ".images/jobs")), []);
    const log = readFileSync(project.artifact(record, "build.log"), "utf8");
    assert.match(log, /Setting password/);
    assert.match(log, /AGENT_TOKEN=\*\*\*/);
    assert.deepEqual(record.inputs.kind === "partition" && record.inputs.secretEnvironment, [
      "AGENT_TOKEN",
      "DIB_DEV_USER_PASSWORD",
    ]);

    const image = { path: disk, format: "qcow2", kind: "partition" } as const;
    await withMountedImage(image, async (root) => {
      assert.deepEqual(await pathsWith(root, forms), [join(root, "etc/agent-token")]);
      assert.equal(readFileSync(join(root, "etc/agent-token"), "utf8"), token);
      const { stdout: hash } = await execa("sha256sum", { input: password });
      assert.ok(readFileSync(join(root, "etc/shadow"), "utf8").includes(hash.slice(0, 64)));
      assert.equal(
        readFileSync(join(root, "etc/dib-manifests/dib_environment"), "utf8"),
        'declare -x DIB_DEV_USER_USERNAME="tester"\ndeclare -x DIB_RELEASE="1"\n',
      );
      assert.deepEqual(readdirSync(join(root, "home/tester")), [], "no key of the build host");
    });
  },
);
