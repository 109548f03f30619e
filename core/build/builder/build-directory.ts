import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import tmp from "tmp";
import type { BuilderKind, InstalledBuilder } from "./builder.ts";
import { caFile, fstrim, inside, suppressSync } from "./inside-paths.ts";

/** Where builds happen, relative to the project: in the file system of its artifacts, so that publishing is a rename. */
export const buildsDirectory = ".images/builds";

/** Our last hooks run after all others, but in a ramdisk before 98 and 99 of ironic-ramdisk-base, which pack it: element, name, name then. */
const lastHooks = [
  ["ironic-images", "999-ironic-images-finish", "97-ironic-images-finish"],
  ["ironic-images-secrets", "9999-ironic-images-secrets", "97-ironic-images-secrets"],
] as const;

/** What a build directory is made from. */
export interface BuildContents {
  /** Environment and command of the builder, see `builderEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Whether the command and all that it starts may skip waiting for the disk. */
  readonly suppressSync: boolean;
  /** Directory with the copies of the project's elements. */
  readonly elements: string;
  readonly builder: InstalledBuilder;
  readonly kind: BuilderKind;
  /** Directories of our hooks, see `hooksOf`. */
  readonly hooks: readonly string[];
  readonly baseImage?: string;
  /** Files by sha256. */
  readonly sources?: ReadonlyMap<string, string>;
  readonly caBundle?: string;
  /** Whether packages that were fetched before may be used again. */
  readonly keepPackages: boolean;
  /** Directory of the trees that debootstrap made before; without it debootstrap runs. */
  readonly baseRoots?: string | undefined;
  /** Content of the file that our last hook reads. */
  readonly finish: unknown;
}

/** A new path in the project's directory of builds; nothing is there yet. */
export async function newBuildPath(projectDirectory: string, name: string): Promise<string> {
  const builds = join(projectDirectory, buildsDirectory);
  await mkdir(builds, { recursive: true, mode: 0o700 });
  return tmp.tmpNameSync({ tmpdir: builds, prefix: name });
}

/** Makes the directory of one attempt. Only our sweep removes it: it can hold live mounts, and files of root. */
export async function makeBuildDirectory(build: string, contents: BuildContents): Promise<void> {
  await mkdir(build, { mode: 0o700 });
  await writeFile(join(build, "ironic-images-build"), "");
  const within = (path: string): string => join(build, path.slice("/mnt/".length));
  for (const path of Object.values(inside)) await mkdir(within(path), { recursive: true });
  await chmod(within(inside.tmp), 0o1777);

  const binds: string[] = [];
  const bind = async (source: string, target: string, kind: "file" | "directory"): Promise<void> => {
    if (kind === "file") await writeFile(join(build, target), "");
    else await mkdir(join(build, target));
    binds.push(source, target);
  };
  await composeHooks(within(inside.hooks), contents);
  await cp(contents.elements, within(inside.elements), { recursive: true, verbatimSymlinks: true });
  const { builder, baseImage, sources, caBundle } = contents;
  if (builder.environment !== undefined) await bind(builder.environment, "builder", "directory");
  for (const [name, script] of Object.entries(builder.scripts))
    await writeFile(join(within(inside.bin), name), launcher(builder, name, script), { mode: 0o755 });
  if (baseImage !== undefined) await bind(baseImage, `base/${baseImageName(baseImage)}`, "file");
  for (const [sha256, path] of sources ?? []) await bind(path, `sources/${sha256}`, "file");
  if (contents.baseRoots !== undefined) await bind(contents.baseRoots, "base-roots", "directory");
  if (caBundle !== undefined) await writeFile(within(caFile), await readFile(caBundle));
  binds.push(...filterBind(build, builder));

  // Mode: the environment can hold a proxy's password.
  const words = [
    ...Object.entries(contents.environment).map(([name, value]) => `${name}=${value}`),
    ...(contents.suppressSync ? [pythonInside(builder), "-ISB", suppressSync] : []),
    ...contents.command,
  ];
  for (const script of [suppressSync, fstrim])
    await cp(fileURLToPath(new URL(`../sandbox/${basename(script)}`, import.meta.url)), within(script));
  const trim = ["exec", quoted(pythonInside(builder)), "-ISB", fstrim, "/mnt/fstrim", '"$@"'];
  await writeFile(join(within(inside.job), "fstrim"), `#!/bin/sh\n${trim.join(" ")}\n`, { mode: 0o755 });
  await writeFile(join(within(inside.job), "command"), nulTerminated(words), { mode: 0o600 });
  await writeFile(join(within(inside.job), "binds"), nulTerminated(binds), { mode: 0o600 });
  if (contents.keepPackages) await writeFile(join(within(inside.job), "keep-packages"), "");
  await writeFile(join(within(inside.job), "finish.json"), JSON.stringify(contents.finish), { mode: 0o600 });
}

/**
 * Covers the builder's log filter, which holds every line whole, with ours. Behind the bind of the virtual environment that it lies in;
 * that of a system installation is covered where it is, in the namespace of the build alone.
 */
function filterBind(build: string, { elements, environment }: InstalledBuilder): string[] {
  const filter = join(elements, "../lib/outfilter.py");
  if (!existsSync(filter)) return [];
  const target = environment === undefined ? relative(build, filter) : join("builder", relative(environment, filter));
  return [fileURLToPath(new URL("../sandbox/outfilter.py", import.meta.url)), target];
}

/** File name of a base image inside the sandbox: extract-image and unsquashfs go by the extension, so that stays. */
export function baseImageName(path: string): string {
  return basename(path)
    .replace(/[^\w.-]/g, "_")
    .replace(/^-+/, "_");
}

/**
 * diskimage-builder adds `base` to every image by itself; a copy of it that depends on our element brings our hooks in while
 * the command line stays the documented one. Earlier directories on ELEMENTS_PATH win, so the copy takes the place of the original.
 */
async function composeHooks(target: string, { elements, builder, kind, hooks }: BuildContents): Promise<void> {
  const own: string[] = [];
  for (const directory of hooks) {
    const source = fileURLToPath(new URL(`../${directory}`, import.meta.url));
    await cp(source, target, { recursive: true });
    own.push(...(await readdir(source)));
  }
  if (kind === "deploy")
    for (const [element, from, to] of lastHooks) {
      const hook = join(target, element, "cleanup.d", from);
      if (existsSync(hook)) await rename(hook, join(target, element, "cleanup.d", to));
    }
  const base = join(target, "base");
  await cp(join(elements, "base"), base, { recursive: true }).catch(() =>
    cp(join(builder.elements, "base"), base, { recursive: true }),
  );
  const dependencies = await readFile(join(base, "element-deps"), "utf8").catch(() => "");
  await writeFile(join(base, "element-deps"), `${[dependencies.trimEnd(), ...own].join("\n")}\n`);
}

/** A virtual environment is bound to a fixed place: diskimage-builder does not work from a path with spaces, and notes its Python's path. */
function launcher(builder: InstalledBuilder, name: string, script: string): string {
  const program = builder.environment === undefined ? script : `/mnt/builder/bin/${name}`;
  return `#!/bin/sh\nexec ${quoted(pythonInside(builder))} ${quoted(program)} "$@"\n`;
}

function pythonInside({ environment, python }: InstalledBuilder): string {
  return environment === undefined ? python : "/mnt/builder/bin/python";
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function nulTerminated(words: readonly string[]): string {
  return words.map((word) => `${word}\0`).join("");
}
