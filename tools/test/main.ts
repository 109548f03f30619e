/** `npm test [-- --full] [PART-OF-A-FILE-NAME...]`: types, lint, and all tests on a real engine and a real cloud. */
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import tmp from "tmp";
import { IronicImagesError } from "../../core/errors.ts";
import { startCloud, stopCloud } from "../cloud/control.ts";
import { localStack, stackProcessEnvironment } from "../environment.ts";
import { cacheDirectory, projectDirectory } from "../paths.ts";
import { createReport } from "../report.ts";
import { runTool } from "../run-tool.ts";
import { installParts } from "../start/install.ts";
import { writeAcceptanceProof } from "./acceptance-proof.ts";
import { writeBuilt } from "./built.ts";
import { writeFaultProof } from "./fault-proof.ts";
import { writePages } from "../docs/pages.ts";
import { ensureTestPackages } from "./host-packages.ts";
import { planTests } from "./plan.ts";
import { proofPage, type ProofFacts } from "./proof.ts";

const proofPath = "docs/proof/test-full.md";

await runTool(async () => {
  const { values, positionals } = parseArgs({
    options: { full: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const all = await Array.fromAsync(glob("test/**/*.test.ts", { cwd: projectDirectory }));
  // Said before all the work, and not after it.
  if (planTests(all, { full: values.full, chosen: positionals }).files.length === 0) {
    const elsewhere = values.full ? "" : "; those in test/full/ run with `npm run test:full`";
    throw new IronicImagesError("no-tests", `no test file is named like ${positionals.join(" or ")}${elsewhere}`);
  }
  const report = createReport();
  await report.step("type check", () => checked("tsc", ["--noEmit"]));
  await report.step("lint", () => checked("eslint", ["."]));
  await report.step("format", () => checked("prettier", ["--check", "."]));
  await report.step("packages that tests need", (progress) => ensureTestPackages(values.full, progress));
  const { cloudVirtualenv } = await installParts({
    project: projectDirectory,
    cacheDirectory: cacheDirectory(),
    report,
  });

  const scratch = tmp.dirSync({ prefix: "ironic-images-tests-" }).name;
  const cloud = path.join(scratch, "cloud");
  const proofFile = path.join(scratch, "proof.txt");
  const faultsFile = path.join(scratch, "faults.json");
  await mkdir(cloud);
  try {
    await report.step("Keystone and Glance for the tests", () =>
      startCloud({ directory: cloud, virtualenv: cloudVirtualenv }),
    );
    const plan = planTests(all, {
      full: values.full,
      chosen: positionals,
      ...(values.full ? { proofFile, faultsFile } : {}),
    });
    const sources = { commit: await git("rev-parse", "HEAD"), clean: (await git("status", "--porcelain")) === "" };
    const built = path.join(scratch, "built.jsonl");
    const accepted = path.join(scratch, "accepted.jsonl");
    process.exitCode = await runTests(plan.arguments, {
      IRONIC_IMAGES_TEST_CLOUD: cloud,
      // Of its own: each test's copy of the program has other paths, and would stay in the user's for ever.
      NODE_COMPILE_CACHE: path.join(scratch, "node-compile"),
      ...(values.full
        ? { IRONIC_IMAGES_TEST_FULL: "1", IRONIC_IMAGES_TEST_BUILT: built, IRONIC_IMAGES_TEST_ACCEPTED: accepted }
        : {}),
    });
    writeAcceptanceProof(projectDirectory, accepted, sources);
    if (values.full && positionals.length === 0) {
      await writeProof(proofFile, sources);
      await writeFaultProof(projectDirectory, faultsFile, { ...sources, date: new Date() });
      writeBuilt(projectDirectory, built);
      writePages(projectDirectory);
    }
  } finally {
    await stopCloud(cloud);
    await rm(scratch, { recursive: true, force: true });
  }
});

async function runTests(args: readonly string[], ofTests: Readonly<Record<string, string>>): Promise<number> {
  const env = { ...stackProcessEnvironment(localStack), IRONIC_IMAGES_CACHE: cacheDirectory(), ...ofTests };
  const interrupted = new AbortController();
  // The runner ends its tests; the cloud is ours to end after it.
  // Never `once`: execa ends this process by a signal that nobody else listens to any more.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupted.abort());
  const options = { cwd: projectDirectory, env, extendEnv: false, stdio: "inherit", reject: false } as const;
  const { exitCode } = await execa(process.execPath, args, { ...options, cancelSignal: interrupted.signal });
  return exitCode ?? 1;
}

async function checked(command: string, args: readonly string[]): Promise<void> {
  const binary = path.join(projectDirectory, "node_modules/.bin", command);
  const { exitCode, stdout, stderr } = await execa(binary, args, { cwd: projectDirectory, reject: false });
  if (exitCode !== 0)
    throw new IronicImagesError("check-failed", `${command} ${args.join(" ")} found mistakes`, stdout + stderr);
}

async function git(...args: string[]): Promise<string> {
  return (await execa("git", args, { cwd: projectDirectory })).stdout;
}

async function writeProof(file: string, { commit, clean }: Pick<ProofFacts, "commit" | "clean">): Promise<void> {
  const page = proofPage({
    commit,
    clean,
    date: new Date(),
    output: await readFile(file, "utf8"),
  });
  await mkdir(path.join(projectDirectory, path.dirname(proofPath)), { recursive: true });
  await writeFile(path.join(projectDirectory, proofPath), page);
}
