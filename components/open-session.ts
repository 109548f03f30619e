import * as pulumi from "@pulumi/pulumi";
import { placesIn, readCloud } from "../core/openstack/clouds.ts";
import { keptSession } from "../core/openstack/kept-session.ts";
import type { Session } from "../core/openstack/keystone.ts";

/** Logs in at the cloud that the stack config names, as the program does for what it asks Glance itself. */
export async function openSession(): Promise<Session> {
  const openstack = new pulumi.Config("openstack");
  const [cloud, region] = [openstack.get("cloud"), openstack.get("region")];
  return await keptSession(await readCloud(cloud, placesIn(region)));
}
