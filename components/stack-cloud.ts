import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { isLoopback } from "../core/openstack/http.ts";
import type { Session } from "../core/openstack/keystone.ts";
import { pluginOptions } from "../core/openstack/plugin-config.ts";
import { StackCloud } from "../providers/stack-cloud/resource.ts";

/**
 * Registers the one cloud of the stack, and the openstack plugin bound to it. The plugin's own default would follow `OS_CLOUD` wherever
 * it leads, and a refresh with another cloud's credentials would drop every image from the state, because there they are not found.
 *
 * @param session of the preflight, if there was one
 * @returns what every component is registered with
 */
export function bindCloud(session: Session | undefined): pulumi.ComponentResourceOptions {
  const config = new pulumi.Config("openstack");
  const named = config.get("cloud") ?? process.env["OS_CLOUD"];
  const region = config.get("region");
  const stackCloud = new StackCloud("cloud", {
    ...(named ? { cloud: named } : {}),
    ...(region === undefined ? {} : { region }),
    ...(session === undefined ? {} : { projectId: session.projectId, endpoint: session.imageEndpoint }),
  });
  const provider = new openstack.Provider("cloud", {
    ...pluginOptions(pulumi.runtime.allConfig()),
    // Outputs, because the SDK fills what is undefined from OS_* variables, and state would follow the shell.
    cloud: stackCloud.cloud as pulumi.Output<string>,
    region: stackCloud.region as pulumi.Output<string>,
    endpointType: pulumi.output(session?.cloud.interface as string),
    insecure: pulumi.output(undefined as unknown as boolean),
    // Counts where no cloud is named: then a token of another project is refused, and no image seems to be gone.
    tenantId: stackCloud.projectId,
    endpointOverrides: stackCloud.endpoint.apply(imageOverride) as pulumi.Output<Record<string, string>>,
  });
  return { dependsOn: [stackCloud], providers: [provider] };
}

// The very Glance of our own client, whatever the plugin would pick. A local cloud gets new ports, so there it has to look itself.
function imageOverride(endpoint: string | undefined): Record<string, string> | undefined {
  if (endpoint === undefined || isLoopback(new URL(endpoint).hostname)) return undefined;
  return { image: `${endpoint}/v2/` };
}
