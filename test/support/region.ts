import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { readCloud } from "../../core/openstack/clouds.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { placesOf } from "./glance.ts";

/** Adds a region whose Glance is at `url`, for insiders at `internalUrl`, and writes a clouds.yaml whose clouds live in it. */
export async function addRegion(
  cloudsFile: string,
  region: string,
  url: string,
  newCloudsFile: string,
  internalUrl = url,
): Promise<void> {
  const admin = await readCloud("admin", placesOf(cloudsFile));
  const { token } = await authenticate(admin);
  const keystone = admin.authUrl.replace(/\/+$/, "");
  const post = async (path: string, body: object) => {
    const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };
    const response = await fetch(`${keystone}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  };
  const services = await fetch(`${keystone}/services?type=image`, { headers: { "X-Auth-Token": token } });
  const [service] = ((await services.json()) as { services: { id: string }[] }).services;
  if (service === undefined) throw new Error("the cloud has no image service");
  await post("/regions", { region: { id: region } });
  for (const [kind, address] of Object.entries({ public: url, internal: internalUrl })) {
    await post("/endpoints", {
      endpoint: { service_id: service.id, interface: kind, region_id: region, url: address },
    });
  }
  const clouds = parse(await readFile(cloudsFile, "utf8")) as { clouds: Record<string, { region_name: string }> };
  for (const cloud of Object.values(clouds.clouds)) cloud.region_name = region;
  await writeFile(newCloudsFile, stringify(clouds), { mode: 0o600 });
}
