import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { IronicImagesError } from "../core/errors.ts";
import { cloudsFile } from "./cloud/control.ts";
import { cacheDirectory, localPaths, projectDirectory } from "./paths.ts";
import { pulumiEnvironment } from "./pulumi/environment.ts";

/** The stack whose cloud `npm start` runs on this machine. */
export const localStack = "local";

/** Public on purpose: the stack `local` has no secrets, and its salt in stacks/Pulumi.local.yaml belongs to this word. */
export const localPassphrase = "local";

/** The commands in `.local/bin`; the rest of an engine lies beside the file that `pulumi` links to. */
export const linkedCommands = ["node", "pulumi", "disk-image-create", "ironic-python-agent-builder"] as const;

/** How the environment of a stack differs from the present one. */
export interface StackEnvironment {
  readonly set: Readonly<Record<string, string>>;
  /** Names to take out. */
  readonly unset: readonly string[];
}

/**
 * What plain `pulumi` needs for a stack. `local` gets its cloud, its backend and its passphrase; for any other stack the
 * credentials, the backend and PULUMI_HOME are the user's own where set, and the project keeps the rest.
 */
export function stackEnvironment(
  stack: string,
  environment: NodeJS.ProcessEnv = process.env,
  project: string = projectDirectory,
): StackEnvironment {
  const paths = localPaths(project);
  const isLocal = stack === localStack;
  const own = (name: string) => (isLocal ? undefined : environment[name] || undefined);
  const backend = own("PULUMI_BACKEND_URL");
  const ownHome = own("PULUMI_HOME");
  const engine = pulumiEnvironment({
    path: environment["PATH"] ?? "",
    nodeDirectory: paths.bin,
    binDirectory: paths.bin,
    pulumiHome: ownHome ?? paths.pulumiHome,
    // `npm start` puts the plugin into the project's PULUMI_HOME only.
    acquirePlugins: ownHome !== undefined && ownHome !== paths.pulumiHome,
    backend: backend === undefined ? { directory: paths.state } : { url: backend },
    ...(isLocal ? { passphrase: localPassphrase } : {}),
  });
  const set = {
    ...engine,
    PATH: [...new Set(engine["PATH"]?.split(delimiter))].join(delimiter),
    // Without it plain `pulumi` works on the stack that was selected last in this clone, and `npm start` selects `local`.
    PULUMI_STACK: stack,
    // Node keeps what it compiled: the program and its provider start in half the time, and with 30 MiB less.
    NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] || join(cacheDirectory(environment), "node-compile"),
    ...(isLocal ? { OS_CLIENT_CONFIG_FILE: cloudsFile(paths.cloud) } : {}),
  };
  // What a shell holds of another cloud would win over clouds.yaml; what it holds of `local` must not reach a real one.
  const ofLocal: Record<string, string> = {
    OS_CLIENT_CONFIG_FILE: cloudsFile(paths.cloud),
    PULUMI_CONFIG_PASSPHRASE: localPassphrase,
  };
  const foreign = isLocal
    ? Object.keys(environment).filter((name) => name.startsWith("OS_") || name === "PULUMI_CONFIG_PASSPHRASE_FILE")
    : Object.keys(ofLocal).filter((name) => environment[name] === ofLocal[name]);
  return { set, unset: foreign.filter((name) => !(name in set)).sort() };
}

/** A sentence for whoever named the local cloud's clouds.yaml and works on another stack, whose commands do without it. */
export function ignoredCloudsNote(
  stack: string,
  environment: NodeJS.ProcessEnv = process.env,
  project: string = projectDirectory,
): string | undefined {
  const name = "OS_CLIENT_CONFIG_FILE";
  if (stack === localStack || !stackEnvironment(stack, environment, project).unset.includes(name)) return undefined;
  return `${name} is ignored: it names the local cloud's clouds.yaml (${environment[name]}), which is for the stack ${localStack} alone; a clouds.yaml in the project directory counts for every stack`;
}

/** The whole environment of a process that works on a stack. */
export function stackProcessEnvironment(
  stack: string,
  environment: NodeJS.ProcessEnv = process.env,
  project: string = projectDirectory,
): NodeJS.ProcessEnv {
  const { set, unset } = stackEnvironment(stack, environment, project);
  return { ...Object.fromEntries(Object.entries(environment).filter(([name]) => !unset.includes(name))), ...set };
}

/**
 * Refuses when `npm start` has not put in place what a stack needs.
 * @throws IronicImagesError `not-started`
 */
export function requireStarted(stack: string, project: string = projectDirectory): void {
  const { bin, state, cloud } = localPaths(project);
  const needed = [
    ...linkedCommands.map((name) => join(bin, name)),
    state,
    ...(stack === localStack ? [cloudsFile(cloud)] : []),
  ];
  if (!needed.every((path) => existsSync(path))) {
    throw new IronicImagesError(
      "not-started",
      "run `npm start` first (or `npm run setup`, for other stacks than local): it installs what this needs",
    );
  }
}
