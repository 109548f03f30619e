import { z } from "zod";
import type { Cloud } from "./clouds.ts";

/** `token.catalog` of Keystone's answer. */
export const catalogSchema = z.array(
  z.object({
    type: z.string(),
    endpoints: z.array(
      z.object({
        interface: z.string(),
        region: z.string().nullish(),
        region_id: z.string().nullish(),
        url: z.string(),
      }),
    ),
  }),
);
export type Catalog = z.infer<typeof catalogSchema>;

/** Where a service is: its address for region and interface, and all that the catalog has of it, for messages. */
export interface ServiceEndpoints {
  /** The first that fits, as gophercloud picks it. */
  readonly url: string | undefined;
  /** Interfaces of the wanted region; of all regions if none is wanted. */
  readonly interfaces: readonly string[];
  /** Every endpoint as `REGION INTERFACE`. */
  readonly all: readonly string[];
}

/** Looks up a service by its type and the type's aliases. */
export function serviceEndpoints(
  catalog: Catalog,
  types: readonly string[],
  { region, interface: wanted }: Pick<Cloud, "region" | "interface">,
): ServiceEndpoints {
  const all = catalog.filter(({ type }) => types.includes(type)).flatMap(({ endpoints }) => endpoints);
  const here = all.filter(
    (endpoint) => region === undefined || endpoint.region_id === region || endpoint.region === region,
  );
  return {
    url: here.find((endpoint) => endpoint.interface === wanted)?.url,
    interfaces: here.map((endpoint) => endpoint.interface),
    all: all.map((endpoint) => `${endpoint.region_id ?? endpoint.region ?? "no region"} ${endpoint.interface}`),
  };
}
