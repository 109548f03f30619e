import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { pluginEndpoints, pluginOptions } from "../core/openstack/plugin-config.ts";
import { StackCloud } from "../providers/stack-cloud/resource.ts";
import type { AskedCloud } from "./preflight.ts";

// For a reviewer's preview: the plugin wants an address before it compares anything, and asks nobody.
const nowhere = { cloud: pulumi.output(""), authUrl: "http://no-credentials.invalid" };

/**
 * Registers the one cloud of the stack, and the openstack plugin bound to it. The plugin's own default would follow `OS_CLOUD` wherever
 * it leads, and a refresh with another cloud's credentials would drop every image from the state, because there they are not found.
 *
 * @param asked who answered the preflight
 * @returns what every component is registered with
 */
export function bindCloud({ session, hasCredentials }: AskedCloud): pulumi.ComponentResourceOptions {
  const config = new pulumi.Config("openstack");
  const region = config.get("region");
  const found = session && {
    projectId: session.projectId,
    endpoint: session.imageEndpoint,
    interface: session.cloud.interface,
  };
  const stackCloud = new StackCloud("cloud", {
    cloud: config.get("cloud") || process.env["OS_CLOUD"] || "",
    ...(region === undefined ? {} : { region }),
    ...found,
  });
  const provider = new openstack.Provider("cloud", {
    ...pluginOptions(pulumi.runtime.allConfig()),
    ...(pulumi.runtime.isDryRun() && !hasCredentials ? nowhere : { cloud: stackCloud.cloud }),
    // Counts where no cloud is named: then a token of another project is refused, and no image seems to be gone.
    tenantId: stackCloud.projectId,
    endpointOverrides: stackCloud.endpoint.apply((endpoint) => pluginEndpoints(endpoint, session)) as pulumi.Output<
      Record<string, string>
    >,
    endpointType: stackCloud.interface,
    // Outputs, because the SDK fills what is undefined from OS_* variables, and state would follow the shell.
    region: pulumi.output(region as string),
    insecure: pulumi.output(undefined as unknown as boolean),
  });
  return { dependsOn: [stackCloud], providers: [provider] };
}
