import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import tmp from "tmp";
import { hashFile } from "../../core/artifacts/describe.ts";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { findBuilder } from "../../core/build/builder/builder.ts";
import { localExecutor } from "../../core/build/local-executor.ts";
import { fetchSdist } from "../../core/python-index/sdist.ts";
import type { DeployBuildContent } from "../../core/recipe/deploy-content.ts";
import { deployFingerprintInputs, fingerprint } from "../../core/recipe/fingerprint.ts";
import { keepInCache, takeFromCache } from "../support/artifact-cache.ts";
import { startBuildProxy, telltales, type BuildProxy } from "../support/build-proxy.ts";
import { inRamdisk, unpackRamdisk } from "../support/unpacked-ramdisk.ts";
import { packWheels } from "../support/wheels.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const sdists = { agent: ["ironic-python-agent", "13.0.0"], glean: ["glean", "1.25.1"] } as const;
const name = "deploy-amd64";

/** Why this machine cannot do it, or undefined. */
function cannot(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  if (process.arch !== "x64") return "needs amd64";
  return existsSync("/dev/loop-control") ? undefined : "needs loop devices";
}

describe(
  "a deploy ramdisk from archives alone: no git, no Python index, only a package mirror",
  { skip: cannot() ?? false },
  () => {
    const { name: scratch } = tmp.dirSync({ prefix: "ironic-images-test-" });
    const project = path.join(scratch, "project");
    const tree = path.join(scratch, "tree");
    let proxy: BuildProxy | undefined;
    let record: ArtifactRecord;

    before(async () => {
      proxy = await startBuildProxy();
    });

    after(async () => {
      rmSync(scratch, { recursive: true, force: true });
      await proxy?.close();
    });

    it("is built, if no run before this one built the same fingerprint", async (t) => {
      if (proxy === undefined) return t.skip("needs package mirrors in this machine's apt configuration");
      const builder = await findBuilder(process.env["PATH"] ?? "", "deploy");
      assert.ok(builder, "ironic-python-agent-builder is on PATH");
      const archives = path.join(project, "archives");
      mkdirSync(archives, { recursive: true });
      const pinned = async (file: string) => (await hashFile(path.join(archives, file))).sha256;
      for (const [file, [distribution, version]] of Object.entries(sdists))
        await fetchSdist(
          { python: builder.python, env: process.env },
          { name: distribution, version },
          path.join(archives, file),
        );
      copyFileSync(path.join(repository, "archives/agent-constraints.txt"), path.join(archives, "constraints.txt"));
      const wheels = await packWheels(builder.python, path.join(archives, "constraints.txt"), archives);

      const digests = {
        agent: await pinned("agent"),
        glean: await pinned("glean"),
        constraints: await pinned("constraints.txt"),
      };
      const content: DeployBuildContent = {
        kind: "deploy-build",
        distribution: "debian-minimal",
        release: "bookworm",
        architecture: "amd64",
        elements: [],
        packages: [],
        agent: { sha256: digests.agent },
        requirements: { sha256: digests.constraints },
        simpleInit: { sha256: digests.glean },
        wheels: { sha256: wheels.sha256 },
        tls: { selfSigned: { hostname: "ramdisk.ironic-images.test", days: 30 } },
        compression: "gzip",
        dynamicLogin: false,
        environment: { DIB_DEBIAN_COMPONENTS: "main" },
      };
      const inputs = deployFingerprintInputs(content, project);
      const job = { schema: 1, name, fingerprint: fingerprint(inputs), inputs } as const;
      const locations = {
        [digests.agent]: "archives/agent",
        [digests.glean]: "archives/glean",
        [digests.constraints]: "archives/constraints.txt",
        [wheels.sha256]: `archives/${wheels.name}`,
      };
      if (await takeFromCache(project, name, job.fingerprint)) t.diagnostic("of an earlier run");
      else {
        const settings = { ...proxy.offlineSettings, caBundle: await caBundle(scratch) };
        const build = await localExecutor({ projectDirectory: project, settings }).startOrAttach({ ...job, locations });
        for await (const event of build.events()) if (event.type === "waiting") t.diagnostic(event.reason);
        await keepInCache(project, name, job.fingerprint);
        assert.deepEqual([...proxy.refused], [], "nothing but the mirror was asked for");
        t.diagnostic(`built now, ${proxy.requests} requests to the package mirrors`);
      }
      const found = await openStore(project).find(name, job.fingerprint);
      assert.ok(found);
      record = found;
      const { kernel, ramdisk } = record.files;
      t.diagnostic(
        `${record.seconds["total"]} s; kernel ${kernel?.size}, initramfs ${ramdisk?.size}, unpacked ${ramdisk?.virtualSize}`,
      );
      await unpackRamdisk(path.join(openStore(project).directory(record), ramdisk?.name ?? ""), tree);
    });

    it("file(1) knows what the agent asks it for before a BIOS boot loader is looked for", async (t) => {
      if (!existsSync(tree)) return t.skip("needs the ramdisk");
      const bootSector = Buffer.alloc(512);
      bootSector.set([0xeb, 0x3c, 0x90]);
      bootSector.set([0x55, 0xaa], 510);
      assert.match(await inRamdisk(tree, ["file", "-"], bootSector), /boot sector/);
    });

    it("the agent and glean in it are those of the archives", async (t) => {
      if (!existsSync(tree)) return t.skip("needs the ramdisk");
      for (const [python, [distribution, version]] of [
        ["/opt/ironic-python-agent/bin/python", sdists.agent],
        ["/usr/glean/bin/python", sdists.glean],
      ] as const) {
        const program = `import importlib.metadata as m; print(m.version("${distribution}"))`;
        assert.equal(await inRamdisk(tree, [python, "-c", program]), version);
      }
      // What it is started with; a tree has no /proc.
      writeFileSync(path.join(tree, "proc/cmdline"), "ipa-standalone=1\n");
      const agent = "from ironic_python_agent.cmd import agent; print(agent.run.__name__)";
      assert.equal(await inRamdisk(tree, ["/opt/ironic-python-agent/bin/python", "-c", agent]), "run");
    });

    it("the certificate that the build made is in it", async (t) => {
      if (!existsSync(tree)) return t.skip("needs the ramdisk");
      const certificate = path.join(tree, "etc/ironic-python-agent.d/agent.crt");
      const { stdout } = await execa("openssl", ["x509", "-noout", "-subject", "-in", certificate]);
      assert.match(stdout, /ramdisk\.ironic-images\.test/);
    });

    it("holds nothing of mirrors, proxy, password, CA and packages of the build, and no login for everybody", async (t) => {
      if (!existsSync(tree)) return t.skip("needs the ramdisk");
      const patterns = [...telltales, "mnt/job/ca.pem"].flatMap((text) => ["-e", text]);
      const directory = openStore(project).directory(record);
      const places = [tree, path.join(directory, "manifest"), path.join(directory, "artifact.json")];
      const found = await execa("grep", ["-rlaF", "--devices=skip", ...patterns, ...places], { reject: false });
      assert.equal(found.exitCode, 1, found.stdout + found.stderr);
      for (const left of ["mnt/job", "mnt/wheels", "mnt/cache"]) assert.ok(!existsSync(path.join(tree, left)), left);
      assert.equal(readFileSync(path.join(tree, "etc/resolv.conf"), "utf8"), "");
      const logins = await execa("find", [tree, "-name", "*dynamic-login*"]);
      assert.equal(logins.stdout, "");
      const ownCa = await execa("grep", ["-rlaF", "--devices=skip", "-e", caSubject, tree], { reject: false });
      assert.equal(ownCa.exitCode, 1, ownCa.stdout);
    });
  },
);

const caSubject = "CA of the build host of ironic-images tests";

/** This machine's bundle, and a certificate that is in no other. */
async function caBundle(directory: string): Promise<string> {
  const [key, certificate] = [path.join(directory, "ca.key"), path.join(directory, "ca.crt")];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${caSubject}`];
  await execa("openssl", [...request, "-keyout", key, "-out", certificate]);
  const bundle = path.join(directory, "ca-bundle.pem");
  const { stdout: readable } = await execa("openssl", ["x509", "-text", "-in", certificate]);
  writeFileSync(bundle, `${readFileSync(process.env["SSL_CERT_FILE"] ?? certificate, "utf8")}\n${readable}\n`);
  return bundle;
}
