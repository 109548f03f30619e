import { dirname, join } from "node:path";
import { realpathSync } from "node:fs";
import { findOnPath, isExecutable, versionOf } from "./executables.ts";
import { engineSuffices } from "./versions.ts";

/** A Pulumi engine that works with Node programs. */
export interface FoundEngine {
  /** Absolute path of the executable. */
  readonly pulumi: string;
  /** As it says itself, e.g. `v3.259.0`. */
  readonly version: string;
}

/** The name of the Node language host, beside the engine or on PATH. */
export const languageHostName = "pulumi-language-nodejs";

/**
 * The first `pulumi` on PATH that is recent enough and has a Node language host that runs.
 * @param options.except a directory whose engines do not count: our own cache is no installation
 */
export async function findInstalledEngine(options: {
  environment: NodeJS.ProcessEnv;
  except: string;
}): Promise<FoundEngine | undefined> {
  for (const pulumi of findOnPath("pulumi", options.environment["PATH"])) {
    if (isBelow(pulumi, options.except)) continue;
    const engine = await checkEngine(pulumi, options.environment);
    if (engine !== undefined) return engine;
  }
  return undefined;
}

/** The engine at a path, when it runs, is recent enough, and has a Node language host that runs. */
export async function checkEngine(pulumi: string, environment: NodeJS.ProcessEnv): Promise<FoundEngine | undefined> {
  if (!isExecutable(pulumi)) return undefined;
  const version = await versionOf(pulumi, ["version"], { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" });
  if (version === undefined || !engineSuffices(version)) return undefined;
  // The engine looks beside the real file, not beside a link to it.
  const beside = join(dirname(realpathSync(pulumi)), languageHostName);
  const hosts = [...findOnPath(languageHostName, environment["PATH"]), ...(isExecutable(beside) ? [beside] : [])];
  const [host] = hosts;
  return host !== undefined && (await versionOf(host, ["-version"], environment)) !== undefined
    ? { pulumi, version }
    : undefined;
}

function isBelow(path: string, directory: string): boolean {
  try {
    return realpathSync(path).startsWith(`${realpathSync(directory)}/`);
  } catch {
    return false;
  }
}
