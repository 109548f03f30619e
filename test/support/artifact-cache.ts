import { cp, mkdir, rename } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { artifactPath, recordFileName } from "../../core/artifacts/names.ts";
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

/** Keeps a project's artifact for later runs, with the verdicts of its boot tests: under emulation a boot takes minutes, and full runs do it anew. */
export async function keepInCache(projectDirectory: string, name: string, fingerprint: string): Promise<void> {
  const directory = cached(name, fingerprint);
  const own = openStore(projectDirectory).directory({ name, fingerprint });
  if (!existsSync(directory)) return copyBeside(own, directory);
  const [verdicts, keptVerdicts] = [own, directory].map((each) => path.join(each, bootTestsDirectory)) as [
    string,
    string,
  ];
  const [record, keptRecord] = [own, directory].map((each) => readFileSync(path.join(each, recordFileName), "utf8"));
  // They are of one build, and say nothing of another.
  if (record === keptRecord && existsSync(verdicts) && !existsSync(keptVerdicts))
    await copyBeside(verdicts, keptVerdicts);
}

/** Another run may look at the same moment. */
async function copyBeside(source: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const beside = `${target}.${process.pid}`;
  await cp(source, beside, { recursive: true, preserveTimestamps: true });
  await rename(beside, target);
}
