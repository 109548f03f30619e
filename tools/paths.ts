import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project: the directory of Pulumi.yaml. */
export const projectDirectory = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the parts of one user are kept, shared by all clones: $XDG_CACHE_HOME/ironic-images, else ~/.cache/ironic-images. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CACHE_HOME"];
  // The XDG specification: a relative path is to be ignored.
  return join(base !== undefined && isAbsolute(base) ? base : join(environment["HOME"] || homedir(), ".cache"), "ironic-images");
}

/** What belongs to one clone and is not under version control. */
export interface LocalPaths {
  readonly root: string;
  /** Links to the commands that a stack needs, to be put first on PATH. */
  readonly bin: string;
  /** The local Keystone and Glance. */
  readonly cloud: string;
  /** PULUMI_HOME. */
  readonly pulumiHome: string;
  /** Pulumi's state where no other backend is chosen. */
  readonly state: string;
  /** The passphrase of stack `local`. */
  readonly passphrase: string;
}

/** The places in `<project>/.local`. */
export function localPaths(project: string = projectDirectory): LocalPaths {
  const root = join(project, ".local");
  return {
    root,
    bin: join(root, "bin"),
    cloud: join(root, "cloud"),
    pulumiHome: join(root, "pulumi"),
    state: join(root, "state"),
    passphrase: join(root, "passphrase"),
  };
}
