import { IronicImagesError } from "../errors.ts";
import { serviceAddress } from "./address.ts";
import { text, type CloudEntry } from "./clouds-files.ts";

export type Domain = { readonly id: string } | { readonly name: string };
export type User = { readonly id: string } | { readonly name: string; readonly domain: Domain };

/** How a cloud wants to know us, in the words of Keystone's v3 API. */
export interface Credentials {
  /** Keystone's address, with or without `/v3`. */
  readonly authUrl: string;
  readonly identity:
    | { readonly method: "password"; readonly user: User; readonly password: string }
    | { readonly method: "token"; readonly token: string }
    | { readonly method: "application_credential"; readonly id: string; readonly secret: string }
    | {
        readonly method: "application_credential";
        readonly name: string;
        readonly user: User;
        readonly secret: string;
      };
  /** Absent with an application credential, which carries its project. */
  readonly project?: { readonly id: string } | { readonly name: string; readonly domain: Domain };
}

export interface CredentialSources {
  /** `clouds.<name>.auth`; empty if no cloud is named. */
  readonly auth: CloudEntry;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly named: boolean;
  readonly source: string;
  readonly authType: string | undefined;
  readonly identityVersion: string | undefined;
}

/**
 * The rules of gophercloud/utils `clientconfig.v3auth` and gophercloud v1.8.0 `ToTokenV3CreateMap`: what `auth` leaves empty
 * comes from `OS_*`; a token goes before a password; the domain of a user or a project falls back to `domain_*`, then `default_domain`.
 *
 * @throws IronicImagesError `cloud-config`, naming the key and never a value that could be secret
 */
export function credentials(sources: CredentialSources): Credentials {
  const { authType, identityVersion, environment, source } = sources;
  const get = reader(sources);
  const fail = (why: string) => new IronicImagesError("cloud-config", `${source}: ${why}`);

  const given = get("auth_url", "AUTH_URL");
  const instead = "it is Keystone's address, e.g. https://keystone.example.org/v3";
  if (given === undefined) throw fail(`auth.auth_url is missing; ${instead}`);
  const authUrl = serviceAddress(given, `${source}: auth.auth_url`, instead);
  const version = environment["OS_IDENTITY_API_VERSION"] || identityVersion;
  if (/^2/.test(version ?? "") || /\/v2\.0\/?$/.test(authUrl))
    throw fail("identity API version 2 is gone from Keystone; use version 3 (auth_url ending in /v3)");

  const applicationCredential = {
    id: get("application_credential_id"),
    name: get("application_credential_name"),
    secret: get("application_credential_secret"),
  };
  const token = get("token", "TOKEN", "AUTH_TOKEN");
  const password = get("password");
  const projectId = get("project_id", "TENANT_ID", "PROJECT_ID");
  const projectName = get("project_name", "TENANT_NAME", "PROJECT_NAME");
  const isApplicationCredential = Object.values(applicationCredential).some((given) => given !== undefined);
  if (!isApplicationCredential && projectId === undefined && projectName === undefined) {
    throw fail("auth.project_id or auth.project_name is missing; an image belongs to a project");
  }

  const domainOf = (who: "user" | "project"): Domain => {
    const own = { id: get(`${who}_domain_id`), name: get(`${who}_domain_name`) };
    const isOwn = own.id !== undefined || own.name !== undefined;
    const { id, name } = isOwn ? own : { id: get("domain_id"), name: get("domain_name") };
    const fallback = get("default_domain") ?? (sources.named ? undefined : "default");
    if (id !== undefined) return { id };
    if (name !== undefined) return { name };
    if (fallback !== undefined) return { id: fallback };
    throw fail(`auth.${who}_domain_name is missing; ${who} names are unique within a domain only`);
  };
  const user = (): User => {
    const id = get("user_id");
    const name = get("username");
    if (id !== undefined) return { id };
    if (name !== undefined) return { name, domain: domainOf("user") };
    throw fail("auth.username or auth.user_id is missing");
  };
  const project = (): Pick<Credentials, "project"> => {
    if (isApplicationCredential) return {};
    if (projectId !== undefined) return { project: { id: projectId } };
    return { project: { name: projectName as string, domain: domainOf("project") } };
  };

  if (token !== undefined) return { authUrl, identity: { method: "token", token }, ...project() };
  if (authType?.includes("token")) throw fail(`auth.token is missing, and auth_type is ${authType}`);
  if (password !== undefined && isApplicationCredential)
    throw fail("has both a password and an application credential (OS_* variables count); keep one");
  if (password !== undefined)
    return { authUrl, identity: { method: "password", user: user(), password }, ...project() };
  if (!isApplicationCredential)
    throw fail("auth.password is missing (or auth.application_credential_id and _secret, or auth.token)");
  const { id, name, secret } = applicationCredential;
  if (secret === undefined) throw fail("auth.application_credential_secret is missing");
  if (id !== undefined) return { authUrl, identity: { method: "application_credential", id, secret } };
  if (name !== undefined)
    return { authUrl, identity: { method: "application_credential", name, user: user(), secret } };
  throw fail("auth.application_credential_id is missing (or auth.application_credential_name and the user's)");
}

// Of two variables for one field the plugin takes the first, gophercloud (for a named cloud) the last.
function reader({ auth, environment, named }: CredentialSources) {
  return (key: string, ...variables: string[]): string | undefined => {
    const names = variables.length === 0 ? [key.toUpperCase()] : variables;
    const given = names.map((name) => environment[`OS_${name}`]).filter((found) => found !== undefined && found !== "");
    return text(auth, key) ?? (named ? given.at(-1) : given[0]);
  };
}
