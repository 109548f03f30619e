import * as pulumi from "@pulumi/pulumi";
import { openStore } from "../core/artifacts/store.ts";
import { IronicImagesError } from "../core/errors.ts";
import type { Session } from "../core/openstack/keystone.ts";
import { pluginConfigMistakes } from "../core/openstack/plugin-config.ts";
import { plannedGroups } from "../core/openstack/preflight/plan.ts";
import { preflight } from "../core/openstack/preflight/preflight.ts";
import type { StackModel } from "../core/recipe/model.ts";

/** Who answered a preflight. */
export interface AskedCloud {
  /** Absent if nobody was asked. */
  readonly session?: Session;
  /** Whether there are credentials to ask with; true if nothing was asked. */
  readonly hasCredentials: boolean;
}

/**
 * Asks the cloud before the first resource is registered, in previews and in `up`. Without credentials it only warns.
 *
 * @throws pulumi.RunError with everything that the cloud cannot take, or with why it could not be asked
 */
export async function askCloud(stack: StackModel, projectDirectory: string): Promise<AskedCloud> {
  const config = new pulumi.Config("openstack");
  const [cloud, region] = [config.get("cloud"), config.get("region")];
  const name = { project: pulumi.getProject(), stack: pulumi.getStack() };
  try {
    requireKnownConfig(name.stack);
    if (!stack.preflight.isOn) return { hasCredentials: true };
    const records = await openStore(projectDirectory).list();
    const { session, warnings } = await preflight({
      stack: name,
      groups: plannedGroups(stack, projectDirectory, records),
      publicRoles: stack.preflight.publicRoles,
      ...(cloud === undefined ? {} : { cloud }),
      ...(region === undefined ? {} : { region }),
    });
    for (const warning of warnings) pulumi.log.warn(warning);
    return session === undefined ? { hasCredentials: false } : { session, hasCredentials: true };
  } catch (error) {
    if (!(error instanceof IronicImagesError)) throw error;
    const hint =
      error.code === "cloud-unreachable"
        ? "\ncheck the address in clouds.yaml or OS_AUTH_URL, and the network; ironic-images:preflight: off previews without asking the cloud"
        : "";
    throw new pulumi.RunError(`${error.message}${hint}`);
  }
}

function requireKnownConfig(stack: string): void {
  const mistakes = pluginConfigMistakes(Object.keys(pulumi.runtime.allConfig()));
  if (mistakes.length === 0) return;
  throw new pulumi.RunError(mistakes.map((mistake) => `stacks/Pulumi.${stack}.yaml:${mistake}`).join("\n"));
}
