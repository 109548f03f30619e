import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { parse, stringify } from "yaml";
import { readCloud } from "../../core/openstack/clouds.ts";
import { authenticate } from "../../core/openstack/keystone.ts";
import { placesOf } from "./glance.ts";

/** An application credential of the user of a cloud. */
export interface ApplicationCredential {
  readonly secret: string;
  /** Writes a clouds.yaml like the first, in which the cloud authenticates with it. */
  writeClouds(file: string): Promise<void>;
  delete(): Promise<void>;
}

/** Makes one in the real Keystone. */
export async function applicationCredential(cloudsFile: string, cloud: string): Promise<ApplicationCredential> {
  const entry = await readCloud(cloud, placesOf(cloudsFile));
  const { token } = await authenticate(entry);
  const keystone = entry.authUrl.replace(/\/+$/, "");
  const headers = { "X-Auth-Token": token, "Content-Type": "application/json" };
  const own = await fetch(`${keystone}/auth/tokens`, { headers: { ...headers, "X-Subject-Token": token } });
  const { user } = ((await own.json()) as { token: { user: { id: string } } }).token;
  const url = `${keystone}/users/${user.id}/application_credentials`;
  const body = JSON.stringify({ application_credential: { name: randomUUID() } });
  const made = await fetch(url, { method: "POST", headers, body });
  if (made.status !== 201) throw new Error(`POST ${url}: ${made.status} ${await made.text()}`);
  const { id, secret } = ((await made.json()) as { application_credential: { id: string; secret: string } })
    .application_credential;
  return {
    secret,
    async writeClouds(file) {
      const clouds = parse(await readFile(cloudsFile, "utf8")) as { clouds: Record<string, Record<string, unknown>> };
      clouds.clouds[cloud] = {
        ...clouds.clouds[cloud],
        auth_type: "v3applicationcredential",
        auth: { auth_url: entry.authUrl, application_credential_id: id, application_credential_secret: secret },
      };
      await writeFile(file, stringify(clouds), { mode: 0o600 });
    },
    delete: async () => void (await fetch(`${url}/${id}`, { method: "DELETE", headers })),
  };
}
