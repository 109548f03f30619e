import { readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa, ExecaError } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import type { Progress } from "../report.ts";
import { compareVersions, parseVersion } from "./versions.ts";

/** A command of a Go module of ours. */
export interface GoProgram {
  /** Directory of the module: its go.mod and go.sum pin everything. */
  readonly moduleDirectory: string;
  /** Import path of the main package, or `.`. */
  readonly mainPackage: string;
  readonly tags: readonly string[];
  readonly ldflags: string;
}

/** The arguments of `go` that build a program: static, without paths of this machine, exactly from go.sum. Pure. */
export function goBuildArguments(program: GoProgram, output: string): string[] {
  const tags = program.tags.length === 0 ? [] : ["-tags", program.tags.join(",")];
  // -v prints each package as it is compiled, which is the only progress that `go build` has.
  return [
    "build",
    "-v",
    "-mod=readonly",
    "-buildvcs=false",
    "-trimpath",
    ...tags,
    "-ldflags",
    program.ldflags,
    "-o",
    output,
    program.mainPackage,
  ];
}

/** The environment of a build: the host's own (GOPROXY, GOFLAGS, caches, proxies), without cgo and without a workspace around us. Pure. */
export function goEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, CGO_ENABLED: "0", GOWORK: "off" };
}

/** The Go version that a module asks for, e.g. `1.25.11`. */
export function goVersionOf(moduleDirectory: string): string {
  return /^go (\S+)$/m.exec(readFileSync(join(moduleDirectory, "go.mod"), "utf8"))?.[1] ?? "1.21";
}

/**
 * Why this machine cannot build a module, in a few words, e.g. `there is no Go on PATH`; undefined when it can. Asked in the
 * module's directory, where Go fetches a newer one of itself if the host lets it (GOTOOLCHAIN).
 */
export async function goObstacle(moduleDirectory: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const needed = goVersionOf(moduleDirectory);
  const answer = await execa("go", ["version"], {
    cwd: moduleDirectory,
    env: goEnvironment(environment),
    extendEnv: false,
    reject: false,
  });
  if (answer.code === "ENOENT") return "there is no Go on PATH";
  const version = parseVersion(answer.stdout);
  if (answer.failed || version === undefined)
    return `Go on PATH does not run (${answer.stderr.split("\n")[0] || answer.shortMessage})`;
  return compareVersions(version, parseVersion(needed) ?? []) < 0 ? `Go on PATH is ${version.join(".")}` : undefined;
}

/**
 * Builds a program into a file.
 * @throws IronicImagesError `go-build-failed` with the last lines of Go's output
 */
export async function goBuild(
  program: GoProgram,
  output: string,
  options: { environment: NodeJS.ProcessEnv; progress: Progress },
): Promise<void> {
  let packages = 0;
  // Go's own place is /tmp, where it leaves more than a gigabyte when it is interrupted; beside the output it is swept with that.
  const work = join(dirname(output), ".go-build");
  await mkdir(work, { recursive: true });
  const build = execa("go", goBuildArguments(program, output), {
    cwd: program.moduleDirectory,
    env: { ...goEnvironment(options.environment), GOTMPDIR: work },
    extendEnv: false,
    stdin: "ignore",
    maxBuffer: 10_000_000,
  });
  try {
    for await (const line of build.iterable({ from: "stderr" })) {
      const downloading = /^go: downloading (\S+)/.exec(line)?.[1];
      if (downloading === undefined) packages += 1;
      options.progress.say(
        downloading === undefined
          ? `building with Go, ${packages} packages compiled`
          : `building with Go, downloading ${downloading}`,
      );
    }
    await build;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const tail = String(error.stderr ?? "")
      .split("\n")
      .slice(-20)
      .join("\n");
    throw new IronicImagesError(
      "go-build-failed",
      `${program.mainPackage} cannot be built in ${program.moduleDirectory}; can Go reach its module proxy (go env GOPROXY)?`,
      tail,
      { cause: error },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
