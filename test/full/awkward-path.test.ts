import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import path from "node:path";
import { execa } from "execa";
import { cannotBuild } from "../core/build/support.ts";
import { testCloud, type TestCloud } from "../support/cloud.ts";
import { glanceUser, type GlanceUser } from "../support/glance.ts";
import { createProject, type TestProject } from "../support/project.ts";
import { tinyPartition } from "../support/recipes.ts";
import { assertNoResidue } from "../support/residue.ts";

const pwn = `pwn${process.pid}`;

// Node loads no module below a directory with a backslash in its name, and a colon would end an entry of PATH: `npm start` refuses both.
const names: readonly (readonly [string, string])[] = [
  [
    "with all that a shell, a URL and a terminal act on",
    `-a b\n"'$(touch ${pwn})\`touch ${pwn}\`;touch ${pwn} *?[x]{y}#%41é\u202e💥,&|<>~`,
  ],
  ["as long as can be", path.join("n".repeat(255), "m".repeat(255), "o".repeat(255))],
];

for (const [what, name] of names)
  describe(
    `a project in a directory ${what}, on the real engine and the real Glance`,
    { skip: cannotBuild() ?? false },
    () => {
      const stack = `awkward.${process.pid}_a-b`;
      let cloud: TestCloud;
      let glance: GlanceUser;
      let project: TestProject;
      const registered = () => glance.list({ ironic_images_stack: stack });

      before(async () => {
        cloud = await testCloud();
        glance = await glanceUser(cloud.cloudsFile, "local");
        project = await createProject(cloud.cloudsFile, stack, name);
        await project.addElement("tiny");
        await project.writeRecipe("tiny", tinyPartition);
        await project.writeStack({ "ironic-images:userImages": { "my-image": { recipe: "tiny" } } });
      });

      after(async () => {
        await project.pulumi(["destroy", "--yes", "--skip-preview"]);
        await project.remove();
        await cloud.stop();
      });

      it("fault 15: is previewed, built, registered, left alone by a second `up`, listed and verified in its store", async () => {
        await assertNoResidue(project.scratch);
        const env = { IRONIC_IMAGES_CACHE: path.join(project.scratch, "cache") };
        const first = await project.pulumi(["up", "--yes"], { env });
        assert.equal(first.exitCode, 0, first.stdout + first.stderr);
        assert.equal((await registered()).filter(({ status }) => status === "active").length, 3);

        const second = await project.pulumi(["up", "--yes", "--skip-preview"]);
        assert.equal(second.exitCode, 0, second.stdout + second.stderr);
        assert.match(second.stdout, /Resources:\s+\d+ unchanged\s/);

        const store = (command: string) =>
          execa(process.execPath, ["tools/store/main.ts", command], { cwd: project.directory, reject: false });
        assert.match((await store("ls")).stdout, /tiny/);
        const verified = await store("verify");
        assert.equal(verified.exitCode, 0, verified.stdout + verified.stderr);

        const { stdout } = await execa("find", [project.scratch, "-name", pwn]);
        assert.equal(stdout, "");
        for (const directory of ["/", "/tmp", "/mnt", process.cwd()])
          assert.ok(!existsSync(path.join(directory, pwn)), directory);
        await assertNoResidue(project.scratch);
      });
    },
  );
