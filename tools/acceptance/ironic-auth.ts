import { IronicImagesError } from "../../core/errors.ts";
import type { Cloud } from "../../core/openstack/clouds.ts";
import type { Domain, User } from "../../core/openstack/credentials.ts";

/**
 * Options of keystoneauth for one section of `ironic.conf`; they hold secrets. (keystoneauth1/loading/_plugins/identity/v3.py)
 *
 * @param caFile path of the CA's certificate, where the cloud has its own
 * @throws IronicImagesError `cloud-config` for a token, which nobody renews, and for client certificates
 */
export function ironicAuth(cloud: Cloud, caFile?: string): Record<string, string | boolean> {
  const { authUrl, identity, project, source, tls } = cloud;
  const session = {
    auth_url: authUrl,
    ...(caFile === undefined ? {} : { cafile: caFile }),
    ...(tls.verify ? {} : { insecure: true }),
  };
  if (identity.method === "token" || tls.cert !== undefined)
    throw new IronicImagesError(
      "cloud-config",
      `${source}: the conductor needs a password or an application credential, and neither token nor client certificate`,
    );
  if (identity.method === "application_credential") {
    const { secret, method: _, ...who } = identity;
    const named =
      "id" in who
        ? { application_credential_id: who.id }
        : { application_credential_name: who.name, ...userOptions(who.user) };
    return { ...session, auth_type: "v3applicationcredential", ...named, application_credential_secret: secret };
  }
  const scope =
    project === undefined
      ? {}
      : "id" in project
        ? { project_id: project.id }
        : { project_name: project.name, ...domainOptions("project", project.domain) };
  return { ...session, auth_type: "v3password", ...userOptions(identity.user), password: identity.password, ...scope };
}

function userOptions(user: User): Record<string, string> {
  return "id" in user ? { user_id: user.id } : { username: user.name, ...domainOptions("user", user.domain) };
}

function domainOptions(of: "user" | "project", domain: Domain): Record<string, string> {
  return "id" in domain ? { [`${of}_domain_id`]: domain.id } : { [`${of}_domain_name`]: domain.name };
}
