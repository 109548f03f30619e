import { cp, mkdir, rename } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { artifactPath } from "../../core/artifacts/names.ts";
import { openStore } from "../../core/artifacts/store.ts";
import { bootTestsDirectory } from "../../core/boot/kept-verdicts.ts";
import { cacheDirectory } from "../../core/cache-directory.ts";

// Real images take minutes; one of the same fingerprint is taken over between runs, verified as any import is.
const cached = (name: string, fingerprint: string) =>
  path.join(cacheDirectory(), "test-artifacts", path.basename(artifactPath(name, fingerprint)));

/** Full runs build everything anew. */
const buildsAnew = process.env["IRONIC_IMAGES_TEST_FULL"] === "1";

/** Brings an artifact of an earlier run into a project; whether there was one. */
export async function takeFromCache(projectDirectory: string, name: string, fingerprint: string): Promise<boolean> {
  return !buildsAnew && (await takeWhatIsThere(projectDirectory, name, fingerprint));
}

/** The same in full runs too: for tests that are not about the build. */
export async function takeWhatIsThere(projectDirectory: string, name: string, fingerprint: string): Promise<boolean> {
  const directory = cached(name, fingerprint);
  if (!existsSync(path.join(directory, "artifact.json"))) return false;
  await openStore(projectDirectory).importFrom(directory);
  return true;
}

/** Keeps a project's artifact for later runs, but for its verdicts: every run boots it. */
export async function keepInCache(projectDirectory: string, name: string, fingerprint: string): Promise<void> {
  const directory = cached(name, fingerprint);
  if (existsSync(directory)) return;
  await mkdir(path.dirname(directory), { recursive: true });
  const beside = `${directory}.${process.pid}`;
  await cp(openStore(projectDirectory).directory({ name, fingerprint }), beside, {
    recursive: true,
    preserveTimestamps: true,
    filter: (source) => path.basename(source) !== bootTestsDirectory,
  });
  await rename(beside, directory);
}
