import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export { cacheDirectory } from "../core/cache-directory.ts";

/** The project: the directory of Pulumi.yaml. */
export const projectDirectory = dirname(dirname(fileURLToPath(import.meta.url)));

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
  };
}
