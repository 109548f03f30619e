import { copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { execa } from "execa";
import { pulumiEnvironment } from "../../../../tools/pulumi/environment.ts";
import { isExecutable } from "../../../../tools/pulumi/executables.ts";
import { placeLanguageHost } from "../../../../tools/pulumi/place-language-host.ts";
import { engineVersion } from "../../../../tools/pulumi/versions.ts";
import { cacheDirectory, projectDirectory } from "../../../../tools/paths.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";

/** The real engine: in the directory IRONIC_IMAGES_TEST_PULUMI_BIN, or in the user's cache. */
export function realEngine(): string | undefined {
  const directory =
    process.env["IRONIC_IMAGES_TEST_PULUMI_BIN"] || join(cacheDirectory(), `pulumi-${engineVersion}`, "bin");
  const pulumi = join(directory, "pulumi");
  return isExecutable(pulumi) ? pulumi : undefined;
}

/** Why a test cannot run without the real engine. */
export const needsEngine = "needs the Pulumi engine: run `npm start` once, or set IRONIC_IMAGES_TEST_PULUMI_BIN";

/** The program, `runtime.options` beside `typescript: false`, and `engines.node`. */
export interface ProjectFiles {
  readonly program: string;
  readonly options?: object;
  readonly engines?: string;
}

/** A project of one program on the real engine with the language host of this checkout, and state in files. */
export async function project(t: TestContext, engine: string, files: ProjectFiles) {
  const root = temporaryDirectory(t);
  const [directory, bin, state] = ["project", "bin", "state"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [directory, bin, state]) mkdirSync(made);
  // A real file, not a symbolic link: the engine looks for its language host beside the file itself.
  try {
    linkSync(engine, join(bin, "pulumi"));
  } catch {
    copyFileSync(engine, join(bin, "pulumi"));
  }
  await placeLanguageHost(bin);
  symlinkSync(join(projectDirectory, "node_modules"), join(directory, "node_modules"));
  const write = (changed: ProjectFiles) => {
    const manifest = {
      name: "p",
      type: "module",
      engines: { node: changed.engines ?? ">=22.18" },
      dependencies: { "@pulumi/pulumi": engineVersion },
    };
    const runtime = { name: "nodejs", options: { typescript: false, ...changed.options } };
    writeFileSync(join(directory, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(directory, "Pulumi.yaml"), JSON.stringify({ name: "p", main: "index.ts", runtime }));
    writeFileSync(join(directory, "index.ts"), changed.program);
  };
  write(files);
  const variables = pulumiEnvironment({
    path: process.env["PATH"] ?? "",
    nodeDirectory: dirname(process.execPath),
    binDirectory: bin,
    pulumiHome: join(root, "home"),
    backend: { directory: state },
    passphrase: "test",
  });
  /** Starts `pulumi`; its output, both streams, is `all`. `firstOnPath` goes before our Node. */
  const start = (args: readonly string[], more: { firstOnPath?: string; environment?: Record<string, string> } = {}) =>
    execa("pulumi", [...args, "--non-interactive"], {
      cwd: directory,
      env: {
        HOME: root,
        ...variables,
        ...more.environment,
        PATH: [more.firstOnPath ?? [], variables["PATH"] ?? ""].flat().join(delimiter),
      },
      extendEnv: false,
      stdin: "ignore",
      all: true,
      reject: false,
      timeout: 60_000,
    });
  await start(["stack", "init", "dev"]);
  return { directory, start, write };
}
