import { isLoopback } from "./http.ts";
import type { Session } from "./keystone.ts";

/** Keys of `openstack:` that say which cloud it is; our own client goes by them too. */
const shared = ["cloud", "region"];

/** Keys of `openstack:` that are the plugin's alone, and lead it nowhere else. */
const plugins = [
  "allowReauth",
  "delayedAuth",
  "disableNoCacheHeader",
  "enableLogging",
  "maxRetries",
  "swauth",
  "useOctavia",
];

/**
 * What is wrong with the keys of the namespace `openstack`: the plugin would follow them to a cloud that our own client does not
 * know, or read credentials from state. (Inputs of `openstack.Provider` 3.15.2.)
 *
 * @param keys as the stack has them, e.g. `openstack:cloud`
 */
export function pluginConfigMistakes(keys: readonly string[]): string[] {
  return keys
    .filter((key) => key.startsWith("openstack:"))
    .filter((key) => ![...shared, ...plugins].includes(key.slice("openstack:".length)))
    .map(
      (key) =>
        `${key}: only the openstack plugin would follow it; say it in clouds.yaml and name that cloud with openstack:cloud, or in the OS_* variables`,
    );
}

/** What of `openstack:` is handed on to the plugin as it stands. */
export function pluginOptions(config: Readonly<Record<string, string>>): Record<string, string> {
  const own = plugins.flatMap((key) => {
    const value = config[`openstack:${key}`];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(own);
}

/**
 * The plugin's `endpointOverrides`: the very Glance of our own client, whatever the plugin would pick; it overlooks
 * `image_endpoint_override` of clouds.yaml. A local cloud gets new ports, so on loopback the plugin looks for itself unless one is named.
 *
 * @param endpoint Glance's address in the state
 * @param session of the preflight, if there was one
 */
export function pluginEndpoints(
  endpoint: string | undefined,
  session: { readonly imageEndpoint: string; readonly cloud: Pick<Session["cloud"], "imageEndpoint"> } | undefined,
): Record<string, string> | undefined {
  const isLocal = endpoint === undefined || isLoopback(new URL(endpoint).hostname);
  const named = session?.cloud.imageEndpoint === undefined ? undefined : session.imageEndpoint;
  const address = isLocal ? named : endpoint;
  return address === undefined ? undefined : { image: `${address}/v2/` };
}
