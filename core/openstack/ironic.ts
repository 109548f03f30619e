import { z } from "zod";
import { IronicImagesError } from "../errors.ts";
import { serviceAddress } from "./address.ts";
import { answered, refusal } from "./answer.ts";
import { authorizedExchange } from "./authorized.ts";
import { serviceEndpoints } from "./catalog.ts";
import type { Session } from "./keystone.ts";
import { hasRole } from "./roles.ts";

// `fields` came with 1.8 (Liberty), and every Ironic since then still speaks it.
const apiVersion = "1.8";
const fields = ["uuid", "name", "driver_info", "instance_info"] as const;

const nodeSchema = z.object({
  uuid: z.string(),
  name: z.string().nullish(),
  driver_info: z.record(z.string(), z.unknown()),
  instance_info: z.record(z.string(), z.unknown()),
});
const pageSchema = z.object({ nodes: z.array(nodeSchema), next: z.string().nullish() });

/** What a node of Ironic says of the images that it uses. */
export type BaremetalNode = z.infer<typeof nodeSchema>;

/**
 * Ironic's address without `/v1`, undefined if the catalog has no Ironic for the region.
 *
 * @throws IronicImagesError `cloud-config` if there is one, but not under the cloud's `interface`, or its address is none
 */
export function baremetalEndpoint({ cloud, catalog }: Pick<Session, "cloud" | "catalog">): string | undefined {
  // Both types are in use: the service types authority lists `bare-metal` as an alias.
  const { url, interfaces } = serviceEndpoints(catalog, ["baremetal", "bare-metal"], cloud);
  const endpoint = cloud.baremetalEndpoint ?? (url && listedAddress(url, cloud));
  if (endpoint !== undefined) return endpoint.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (interfaces.length === 0) return undefined;
  throw new IronicImagesError(
    "cloud-config",
    `${cloud.source}: the catalog has no ${cloud.interface} baremetal endpoint, but ${interfaces.join(", ")}; set baremetal_endpoint_override`,
  );
}

function listedAddress(url: string, { source, interface: wanted }: Session["cloud"]): string {
  const instead = "correct it in Keystone (openstack endpoint set --url), or set baremetal_endpoint_override";
  return serviceAddress(url, `${source}: the ${wanted} baremetal endpoint of the catalog`, instead);
}

/**
 * Every node that the credentials may see. "No node" is believed only to somebody with the role `admin`: to others Ironic shows
 * the nodes that their project owns or leases (`baremetal:node:list`), and an empty list then means nothing.
 *
 * @param pageSize nodes in one answer; Ironic's `max_limit` may make it less
 * @throws IronicImagesError `ironic-refused`, `cloud-unreachable`
 */
export async function listNodes(session: Session, endpoint: string, pageSize = 1000): Promise<BaremetalNode[]> {
  const exchange = authorizedExchange(session);
  const headers = { "X-OpenStack-Ironic-API-Version": apiVersion };
  const found = new Map<string, BaremetalNode>();
  let marker: string | undefined;
  do {
    const path = nodesPath(marker, pageSize);
    const asked = { service: "Ironic", method: "GET", path } as const;
    const response = await exchange({ method: "GET", url: `${endpoint}${path}`, headers });
    const { nodes, next } = answered(asked, response, pageSchema, "list of nodes");
    const redacted = nodes.find(isRedacted);
    if (redacted !== undefined)
      throw refusal(asked, `driver_info of node ${redacted.uuid} is withheld (baremetal:node:get:driver_info)`);
    const last = nodes.at(-1)?.uuid;
    if (next && (last === undefined || found.has(last))) throw refusal(asked, "the list does not go on");
    for (const node of nodes) found.set(node.uuid, node);
    marker = next ? last : undefined;
  } while (marker !== undefined);
  if (found.size === 0 && !hasRole(session.roles, ["admin"])) {
    const asked = { service: "Ironic", method: "GET", path: "/v1/nodes" } as const;
    throw refusal(asked, `no node at all; to credentials without the role admin it shows those of their project only`);
  }
  return [...found.values()];
}

/** One page; `next` repeats it with the last node as marker. */
export function nodesPath(marker: string | undefined, limit: number): string {
  const query = new URLSearchParams({
    fields: fields.join(","),
    limit: String(limit),
    ...(marker === undefined ? {} : { marker }),
  });
  return `/v1/nodes?${query}`;
}

// `node_sanitize` in ironic/api/controllers/v1/node.py puts this where a policy withholds the field.
function isRedacted({ driver_info, instance_info }: BaremetalNode): boolean {
  return [driver_info, instance_info].some(({ content }) => /^\*\* Redacted/i.test(String(content)));
}
