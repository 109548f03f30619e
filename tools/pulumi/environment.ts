import { delimiter } from "node:path";
import { pathToFileURL } from "node:url";

/** What plain `pulumi` needs to know in a shell or a child process. */
export interface PulumiEnvironmentInput {
  /** PATH as it was. */
  readonly path: string;
  /** Directory with a Node that is new enough, e.g. node_modules/.bin; first on PATH, for the program and its providers. */
  readonly nodeDirectory: string;
  /** Directory of the engine and its language host. */
  readonly binDirectory: string;
  /** PULUMI_HOME: plugins, credentials, logs. */
  readonly pulumiHome: string;
  /** Where state is kept: a directory, which must exist, or the URL of a backend; without it, whatever the user has logged in to. */
  readonly backend?: { readonly directory: string } | { readonly url: string };
  /** Whether the engine may fetch plugins; not where they were put in place beforehand, and a missing one is a mistake. */
  readonly acquirePlugins?: boolean;
  /** PULUMI_CONFIG_PASSPHRASE, for stacks whose secrets a passphrase protects. */
  readonly passphrase?: string;
}

/** The variables to set on top of the present ones. Setting them twice gives the same PATH. */
export function pulumiEnvironment(input: PulumiEnvironmentInput): Record<string, string> {
  const first = [input.nodeDirectory, input.binDirectory];
  const rest = input.path.split(delimiter).filter((directory) => directory !== "" && !first.includes(directory));
  return {
    PATH: [...first, ...rest].join(delimiter),
    PULUMI_HOME: input.pulumiHome,
    ...(input.backend === undefined ? {} : { PULUMI_BACKEND_URL: backendUrl(input.backend) }),
    ...(input.passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: input.passphrase }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: String(input.acquirePlugins !== true),
  };
}

function backendUrl(backend: { readonly directory: string } | { readonly url: string }): string {
  return "url" in backend ? backend.url : pathToFileURL(backend.directory).href;
}
