import { appendFile, cp, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { parse } from "yaml";
import { deployFingerprintInputs, fingerprint, fingerprintInputs } from "../../core/recipe/fingerprint.ts";
import { loadStack } from "../../core/recipe/load.ts";
import type { AcceptanceResult } from "../../tools/acceptance/result.ts";
import { keepInCache, takeWhatIsThere } from "./artifact-cache.ts";
import { createProject, type TestProject } from "./project.ts";
import { pretendStarted } from "./started.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const userImages = "ironic-images:userImages";
const deployImages = "ironic-images:deployImages";

/** A project with real images of the stack `local`. */
export interface LocalImages {
  readonly project: TestProject;
  /** Names of those that no run has built yet; an `up` builds them. */
  readonly missing: readonly string[];
  /** Keeps for later runs what an `up` has built. */
  keep(): Promise<void>;
}

/** What is taken of the stack `local`. */
export interface LocalParts {
  /** Instead of its user images. */
  readonly userImages?: Readonly<Record<string, object>>;
}

/** A project with the deploy images of the stack `local`, and its user images or others; what earlier runs built is in its store. */
export async function localImages(cloudsFile: string, name: string, parts: LocalParts = {}): Promise<LocalImages> {
  const project = await createProject(cloudsFile, name);
  await pretendStarted(project);
  for (const folder of ["recipes", "archives"])
    await cp(path.join(repository, folder), path.join(project.directory, folder), { recursive: true });
  const file = await readFile(path.join(repository, "stacks/Pulumi.local.yaml"), "utf8");
  const { config } = parse(file) as { config: Record<string, unknown> };
  const users = parts.userImages ?? config[userImages];
  await project.writeStack({ [userImages]: users, [deployImages]: config[deployImages] });
  const own = parts.userImages === undefined ? users : {};
  const wanted = await fingerprints(project, { userImages: own, deployImages: config[deployImages] });
  const missing: (readonly [string, string])[] = [];
  for (const each of wanted) if (!(await takeWhatIsThere(project.directory, ...each))) missing.push(each);
  return {
    project,
    missing: missing.map(([artifact]) => artifact),
    async keep() {
      for (const each of missing) await keepInCache(project.directory, ...each);
    },
  };
}

/** Names and fingerprints of the artifacts of a stack. */
export async function fingerprints(
  { directory, stack: name }: TestProject,
  config: Readonly<Record<string, unknown>>,
): Promise<(readonly [string, string])[]> {
  const stack = await loadStack({ projectDirectory: directory, stack: name, config });
  return [
    ...stack.userImages.map(
      ({ recipe, content }) => [recipe, fingerprint(fingerprintInputs(content, directory))] as const,
    ),
    ...stack.deployImages.map(
      ({ key, content }) => [key, fingerprint(deployFingerprintInputs(content, directory))] as const,
    ),
  ];
}

/** Starts `npm run acceptance` on the project's stack; never throws for its exit status. */
export function startAcceptance(
  { directory, environment, stack }: TestProject,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly through?: readonly string[] } = {},
) {
  const command = [process.execPath, "tools/acceptance/main.ts", "--stack", stack, ...args];
  const [file = "", ...rest] = [...(options.through ?? []), ...command];
  return execa(file, rest, {
    cwd: directory,
    env: { ...environment, ...options.env },
    reject: false,
    stdin: "ignore",
  });
}

/** What the last acceptance of the project's stack wrote. */
export async function acceptanceResult({ directory, stack }: TestProject): Promise<AcceptanceResult> {
  const file = path.join(directory, ".local/acceptance", stack, "result.json");
  return JSON.parse(await readFile(file, "utf8")) as AcceptanceResult;
}

/** Notes the last acceptance of a project for docs/proof/acceptance.md, under a title of the page. */
export async function noteAcceptance(title: string, project: TestProject): Promise<void> {
  const notes = process.env["IRONIC_IMAGES_TEST_ACCEPTED"];
  if (notes === undefined) return;
  const { finishedAt, images } = await acceptanceResult(project);
  await appendFile(notes, `${JSON.stringify({ title, finishedAt, images })}\n`);
}
