import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa, ExecaError } from "execa";
import { IronicImagesError } from "../../core/errors.ts";
import type { Progress } from "../report.ts";
import { download } from "./download.ts";
import { goBuild, goObstacle, goVersionOf } from "./go-build.ts";
import type { GoProgram } from "./go-build.ts";

/** What can be downloaded from the vendor, or built from Go modules where the vendor cannot be reached. */
export interface Obtainable {
  /** As a sentence calls it, e.g. `the Pulumi engine 3.259.0`. */
  readonly title: string;
  /** The vendor's archive (.tar.gz); undefined when there is none for this system. */
  readonly archive: string | undefined;
  /** Where in the directory the archive is unpacked, and how many of its own leading directories are dropped. */
  readonly unpack: { readonly into: string; readonly strip: number };
  /** Why the unpacked archive does not work, in a few words; undefined when it does. */
  verify(directory: string): Promise<string | undefined>;
  readonly program: GoProgram;
  /** The built executable, relative to the directory. */
  readonly executable: string;
  /** How a person gets it without us: an address or a command. */
  readonly manual: string;
}

/** What both ways need. */
export interface ObtainOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Told once why the vendor's download was not used. */
  readonly note: (text: string) => void;
  /** Milliseconds of silence after which the download is given up. */
  readonly patience?: number | undefined;
}

/**
 * Fills a directory from the vendor's archive, or else by building it with Go.
 * @throws IronicImagesError `go-missing` naming all the ways, `go-build-failed`
 */
export async function obtain(
  wanted: Obtainable,
  directory: string,
  options: ObtainOptions,
): Promise<"downloaded" | "built"> {
  const failure = await fromArchive(wanted, directory, options);
  if (failure === undefined) return "downloaded";
  options.note(`  ${failure}; building ${wanted.title} with Go instead`);
  const obstacle = await goObstacle(wanted.program.moduleDirectory, options.environment);
  if (obstacle !== undefined) {
    throw new IronicImagesError(
      "go-missing",
      `${wanted.title} is not installed, its download failed, and building it needs Go ${goVersionOf(wanted.program.moduleDirectory)} or later, but ${obstacle}: ` +
        `install Go, or install it yourself (${wanted.manual})${wanted.archive === undefined ? "" : `, or let this machine reach ${new URL(wanted.archive).host}`}`,
      failure,
    );
  }
  await mkdir(dirname(join(directory, wanted.executable)), { recursive: true });
  await goBuild(wanted.program, join(directory, wanted.executable), options);
  return "built";
}

/** @returns why it did not work, or undefined when it did; the directory is as empty as before when it did not */
async function fromArchive(
  wanted: Obtainable,
  directory: string,
  { progress, patience }: ObtainOptions,
): Promise<string | undefined> {
  if (wanted.archive === undefined)
    return `the vendor has no archive of ${wanted.title} for ${process.platform} ${process.arch}`;
  const file = join(directory, "archive.tar.gz");
  progress.say("asking the vendor's site");
  try {
    await download(wanted.archive, file, {
      ...(patience === undefined ? {} : { patience }),
      onProgress: (bytes, part) =>
        progress.say(
          `downloading, ${part === undefined ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(part * 100)} %`}`,
        ),
    });
    progress.say("unpacking");
    const into = join(directory, wanted.unpack.into);
    await mkdir(into, { recursive: true });
    await execa("tar", ["-xzf", file, "-C", into, `--strip-components=${wanted.unpack.strip}`]);
  } catch (error) {
    await empty(directory);
    if (error instanceof IronicImagesError) return error.summary;
    if (error instanceof ExecaError)
      return `${wanted.archive} is not a whole archive (${String(error.stderr).split("\n")[0]})`;
    throw error;
  }
  await rm(file);
  const wrong = await wanted.verify(directory);
  if (wrong === undefined) return undefined;
  await empty(directory);
  return `${wanted.archive} ${wrong}`;
}

async function empty(directory: string): Promise<void> {
  await rm(directory, { recursive: true });
  await mkdir(directory);
}
