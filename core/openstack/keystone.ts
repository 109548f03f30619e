import { z } from "zod";
import { IronicImagesError } from "../errors.ts";
import { serviceAddress } from "./address.ts";
import { catalogSchema, serviceEndpoints, type Catalog } from "./catalog.ts";
import type { Cloud } from "./clouds.ts";
import type { Credentials } from "./credentials.ts";
import { exchange } from "./http.ts";
import { redacted, secretsOf } from "./redaction.ts";

/** What a token opens. Holds secrets: never print it, never put it into state. */
export interface Session {
  readonly cloud: Cloud;
  readonly token: string;
  readonly projectId: string;
  /** Glance's address without `/v2` and without a slash at its end. */
  readonly imageEndpoint: string;
  /** Names of the roles in that project. */
  readonly roles: readonly string[];
  readonly catalog: Catalog;
}

const answer = z.object({
  token: z.object({
    project: z.object({ id: z.string() }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    catalog: catalogSchema.default([]),
  }),
});

/** Address and body of `POST /v3/auth/tokens`; the body holds the secret. */
export function authRequest({ authUrl, identity, project }: Credentials): {
  readonly url: string;
  readonly body: unknown;
} {
  const base = authUrl.replace(/\/+$/, "");
  return {
    url: `${base.endsWith("/v3") ? base : `${base}/v3`}/auth/tokens`,
    body: {
      auth: {
        identity: { methods: [identity.method], ...identityBody(identity) },
        ...(project === undefined ? {} : { scope: { project } }),
      },
    },
  };
}

/**
 * Gets a token and, from its catalog, the address of Glance.
 *
 * @param timeoutMs for the request, where `exchange` would wait longer
 * @throws IronicImagesError `cloud-unreachable`, `cloud-refused` (Keystone's own message), `cloud-config` (no project, no image endpoint)
 */
export async function authenticate(cloud: Cloud, timeoutMs?: number): Promise<Session> {
  const { url, body } = authRequest(cloud);
  const response = await exchange(
    { method: "POST", url, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
    cloud.tls,
    timeoutMs,
  );
  const token = response.headers["x-subject-token"];
  if (response.status !== 201 || typeof token !== "string") {
    throw new IronicImagesError(
      "cloud-refused",
      `${cloud.source}: POST ${url}: ${response.status} ${serviceMessage(redacted(response.body, secretsOf(cloud)))}`,
    );
  }
  const parsed = answer.safeParse(parsedOrUndefined(response.body));
  if (!parsed.success)
    throw new IronicImagesError("cloud-refused", `${cloud.source}: POST ${url}: the answer is no Keystone token`);
  const { project, catalog, roles } = parsed.data.token;
  if (project === undefined)
    throw new IronicImagesError(
      "cloud-config",
      `${cloud.source}: the token is not scoped to a project; set auth.project_name`,
    );
  const endpoint = cloud.imageEndpoint ?? imageEndpoint(catalog, cloud);
  return {
    cloud,
    token,
    projectId: project.id,
    imageEndpoint: endpoint.replace(/\/+$/, "").replace(/\/v2$/, ""),
    roles: roles.map(({ name }) => name),
    catalog,
  };
}

/** The catalog's first endpoint of type `image` for region and interface, as gophercloud picks it. */
export function imageEndpoint(catalog: Catalog, cloud: Pick<Cloud, "source" | "region" | "interface">): string {
  const { source, region, interface: wanted } = cloud;
  const { url, all } = serviceEndpoints(catalog, ["image"], cloud);
  if (url !== undefined)
    return serviceAddress(
      url,
      `${source}: the ${wanted} image endpoint of the catalog`,
      "correct it in Keystone (openstack endpoint set --url), or set image_endpoint_override, e.g. https://glance.example.org:9292",
    );
  throw new IronicImagesError(
    "cloud-config",
    `${source}: the catalog has no ${wanted} image endpoint${region === undefined ? "" : ` in region_name ${region}`}; it has ${all.join(", ") || "none"}`,
  );
}

/** The sentence in an error's body, be it Keystone's JSON or Glance's HTML; at most 300 characters. */
export function serviceMessage(body: string): string {
  const json = z.object({ error: z.object({ message: z.string() }) }).safeParse(parsedOrUndefined(body));
  const message = json.success
    ? json.data.error.message
    : body.replace(/<head>[^]*?<\/head>/i, "").replace(/<[^>]*>/g, " ");
  return message.replace(/\s+/g, " ").trim().slice(0, 300);
}

function identityBody(identity: Credentials["identity"]): Record<string, unknown> {
  switch (identity.method) {
    case "password":
      return { password: { user: { ...identity.user, password: identity.password } } };
    case "token":
      return { token: { id: identity.token } };
    case "application_credential": {
      const { method, ...credential } = identity;
      return { [method]: credential };
    }
  }
}

function parsedOrUndefined(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
