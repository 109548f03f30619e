import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { IronicImagesError } from "../../core/errors.ts";
import { loadRecipe } from "../../core/recipe/load.ts";
import { cannotBuild, makeProject, realBuilder } from "../core/build/support.ts";
import { assertStoreVerifies, campaign, killAll, victims } from "../support/campaign.ts";
import { assertNoResidue } from "../support/residue.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const skip = cannotBuild() ?? (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);
const settings = { slots: 1, graceSeconds: 10, leaseSeconds: 5 };

// Kills go by what the builder is at and not by time, so that a slow machine does not make them miss.
const phases = ["extra-data.d", "root.d", "pre-install.d", "install.d", "post-install.d", "finalise.d", "convert"];
const ways: readonly (readonly [string, RegExp, NodeJS.Signals])[] = [
  ["leader of the build", /disk-image-create /, "SIGKILL"],
  ["job", /job-main\.ts /, "SIGKILL"],
  ["supervisor", /sandbox\/run\.sh /, "SIGKILL"],
  ["everything", /./, "SIGKILL"],
  ["job", /job-main\.ts /, "SIGTERM"],
  ["namespace", /^unshare /, "SIGKILL"],
  ["hooks", /dib-run-parts|debootstrap|dpkg|apt-get|mkinitramfs/, "SIGKILL"],
  ["first process of the sandbox", /^\/bin\/bash \S+sandbox\/inside\.sh /, "SIGKILL"],
];

test(
  "faults 2, 3: a campaign of kills on the real Debian build: no process, mount, loop device or lock is left, and then it builds whole",
  { skip, timeout: 90 * 60_000 },
  async (t) => {
    const kills = campaign(t, { quick: 0, full: 10 });
    const project = makeProject(t);
    const whole = path.dirname(project.directory);
    const { content } = loadRecipe(repository, "debian-minimal-partition");
    const job = project.job("debian", content);
    const from = Math.floor(kills.random() * ways.length);

    for (let hits = 0, round = 0; hits < kills.kills; round++) {
      const [victim, kind, signal] = ways[(from + round) % ways.length] ?? ["", /./, "SIGKILL"];
      const phase = kills.pick(phases);
      const delay = kills.random() * 6;
      const build = await project.start(job, settings);
      let hit = 0;
      const strike = async (): Promise<void> => {
        await sleep(delay * 1000);
        hit = killAll(victims(whole, kind), signal);
      };
      let struck: Promise<void> | undefined;
      const outcome = await (async () => {
        for await (const event of build.events())
          if (event.type === "progress" && event.phase === phase) struck ??= strike();
      })().then(
        () => "built",
        (error: unknown) => (error instanceof IronicImagesError ? error.code : String(error)),
      );
      await struck;
      t.diagnostic(`${signal} to ${victim} ${delay.toFixed(1)} s after ${phase}: ${hit} processes, ${outcome}`);
      await assertNoResidue(whole, { live: true, seconds: 120 });
      await assertStoreVerifies(project.directory);
      if (outcome === "built") {
        // The kill came too late, or met nothing that the build needed.
        rmSync(project.artifact(job), { recursive: true });
        continue;
      }
      assert.match(outcome, /^(job-died|build-failed|build-cancelled)$/);
      hits += hit > 0 ? 1 : 0;
      kills.note(`${signal} to ${victim} in ${phase}`);
    }
    await project.build(job, settings);
    await assertNoResidue(whole, { seconds: 30 });
    assert.equal(await assertStoreVerifies(project.directory), 1);
  },
);
