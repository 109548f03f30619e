import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { readCloud, type Cloud } from "../../../core/openstack/clouds.ts";
import { IronicImagesError } from "../../../core/errors.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const secret = "s3cret-never-shown";
const lab = `clouds:
  lab:
    region_name: One
    auth:
      auth_url: https://keystone.example.org/v3
      username: me
      password: ${secret}
      project_name: demo
      user_domain_name: Users
      project_domain_id: default
`;

interface Example {
  readonly title: string;
  /** Content by path, relative to a temporary directory with `project`, `user` and `site` in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly name?: string;
}

async function read(t: TestContext, { files = {}, environment = {}, name }: Example): Promise<Cloud> {
  const root = temporaryDirectory(t);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  const inRoot = Object.entries(environment).map(([key, value]) => [key, value.replace("ROOT", root)]);
  const directories = ["project", "user", "site"].map((directory) => join(root, directory));
  return await readCloud(name, { environment: Object.fromEntries(inRoot), directories });
}

const userOf = (cloud: Cloud) => ("user" in cloud.identity && "name" in cloud.identity.user ? cloud.identity.user.name : undefined);
const as = (user: string) => lab.replace("username: me", `username: ${user}`);
const without = (key: string) => lab.replace(new RegExp(`^ *${key}:.*\\n`, "m"), "");
const plain = { OS_AUTH_URL: "http://keystone.example.org:5000", OS_USERNAME: "plain", OS_PASSWORD: secret, OS_PROJECT_NAME: "demo" };

const found: (Example & { readonly expect: (cloud: Cloud) => unknown; readonly is: unknown })[] = [
  { title: "the file in OS_CLIENT_CONFIG_FILE goes before the project's", files: { "a.yaml": as("a"), "project/clouds.yaml": as("b") }, environment: { OS_CLIENT_CONFIG_FILE: "ROOT/a.yaml" }, name: "lab", expect: userOf, is: "a" },
  { title: "a missing OS_CLIENT_CONFIG_FILE is passed over, as the plugin does", files: { "project/clouds.yaml": as("b") }, environment: { OS_CLIENT_CONFIG_FILE: "ROOT/a.yaml" }, name: "lab", expect: userOf, is: "b" },
  { title: "the project's file goes before the user's", files: { "project/clouds.yaml": as("p"), "user/clouds.yaml": as("u") }, name: "lab", expect: userOf, is: "p" },
  { title: "the user's file goes before the site's", files: { "user/clouds.yaml": as("u"), "site/clouds.yaml": as("s") }, name: "lab", expect: userOf, is: "u" },
  { title: "a clouds.yaml anywhere goes before a clouds.yml", files: { "project/clouds.yml": as("l"), "site/clouds.yaml": as("s") }, name: "lab", expect: userOf, is: "s" },
  { title: "OS_CLOUD names the cloud when nothing else does", files: { "project/clouds.yaml": lab }, environment: { OS_CLOUD: "lab" }, expect: userOf, is: "me" },
  { title: "a name goes before OS_CLOUD", files: { "project/clouds.yaml": lab }, environment: { OS_CLOUD: "other" }, name: "lab", expect: userOf, is: "me" },
  { title: "OS_CLOUD goes before plain OS_* variables", files: { "project/clouds.yaml": lab }, environment: { ...plain, OS_CLOUD: "lab" }, expect: userOf, is: "me" },
  { title: "variables fill what the entry of a named cloud leaves empty", files: { "project/clouds.yaml": without("username") }, environment: plain, name: "lab", expect: userOf, is: "plain" },
  { title: "without any name the OS_* variables are the cloud", environment: plain, expect: ({ authUrl, identity, project, source }) => ({ authUrl, identity, project, source }), is: { authUrl: plain.OS_AUTH_URL, identity: { method: "password", user: { name: "plain", domain: { id: "default" } }, password: secret }, project: { name: "demo", domain: { id: "default" } }, source: "the OS_* variables" } },
  { title: "OS_TENANT_ID counts before OS_PROJECT_ID for plain variables", environment: { ...plain, OS_TENANT_ID: "t", OS_PROJECT_ID: "p" }, expect: ({ project }) => project, is: { id: "t" } },
  { title: "OS_PROJECT_ID counts before OS_TENANT_ID for a named cloud", files: { "project/clouds.yaml": without("project_name") }, environment: { OS_TENANT_ID: "t", OS_PROJECT_ID: "p" }, name: "lab", expect: ({ project }) => project, is: { id: "p" } },
  { title: "secure.yaml is laid over clouds.yaml", files: { "project/clouds.yaml": without("password"), "user/secure.yaml": `clouds: { lab: { auth: { password: ${secret} } } }` }, name: "lab", expect: ({ identity }) => identity, is: { method: "password", user: { name: "me", domain: { name: "Users" } }, password: secret } },
  { title: "an empty value in secure.yaml does not hide one of clouds.yaml", files: { "project/clouds.yaml": lab, "user/secure.yaml": "clouds: { lab: { auth: { username: '' } } }" }, name: "lab", expect: userOf, is: "me" },
  { title: "a profile comes from clouds-public.yaml, under the entry", files: { "project/clouds.yaml": `clouds: { lab: { profile: vendor, auth: { username: me, password: ${secret}, project_id: p, user_domain_id: d } } }`, "site/clouds-public.yaml": "public-clouds: { vendor: { region_name: Far, auth: { auth_url: 'https://vendor.example.org/v3', username: nobody } } }" }, name: "lab", expect: (cloud) => [cloud.authUrl, cloud.region, userOf(cloud)], is: ["https://vendor.example.org/v3", "Far", "me"] },
  { title: "YAML anchors and merge keys work", files: { "project/clouds.yaml": `${lab}    extra: &more { interface: internal }\n    <<: *more\n` }, name: "lab", expect: (cloud) => cloud.interface, is: "internal" },
  { title: "a password of digits stays what was written", files: { "project/clouds.yaml": lab.replace(secret, "0012e3") }, name: "lab", expect: ({ identity }) => "password" in identity && identity.password, is: "0012e3" },
  { title: "OS_REGION_NAME goes before region_name", files: { "project/clouds.yaml": lab }, environment: { OS_REGION_NAME: "Two" }, name: "lab", expect: (cloud) => cloud.region, is: "Two" },
  { title: "values of a region count when OS_REGION_NAME names it", files: { "project/clouds.yaml": `${lab}    regions: [One, { name: Two, values: { auth: { username: regional } } }]\n` }, environment: { OS_REGION_NAME: "Two" }, name: "lab", expect: userOf, is: "regional" },
  { title: "the interface is public by default", files: { "project/clouds.yaml": lab }, name: "lab", expect: (cloud) => cloud.interface, is: "public" },
  { title: "endpoint_type goes before interface", files: { "project/clouds.yaml": `${lab}    interface: admin\n    endpoint_type: internalURL\n` }, name: "lab", expect: (cloud) => cloud.interface, is: "internal" },
  { title: "OS_ENDPOINT_TYPE goes before both", files: { "project/clouds.yaml": `${lab}    interface: internal\n` }, environment: { OS_ENDPOINT_TYPE: "adminURL" }, name: "lab", expect: (cloud) => cloud.interface, is: "admin" },
  { title: "certificates are verified by default", files: { "project/clouds.yaml": lab }, name: "lab", expect: (cloud) => cloud.tls, is: { verify: true } },
  { title: "verify: false turns verification off", files: { "project/clouds.yaml": `${lab}    verify: false\n` }, name: "lab", expect: (cloud) => cloud.tls, is: { verify: false } },
  { title: "OS_INSECURE goes before verify", files: { "project/clouds.yaml": `${lab}    verify: false\n` }, environment: { OS_INSECURE: "false" }, name: "lab", expect: (cloud) => cloud.tls, is: { verify: true } },
  { title: "cacert is read", files: { "project/clouds.yaml": lab, "ca.pem": "PEM" }, environment: { OS_CACERT: "ROOT/ca.pem" }, name: "lab", expect: (cloud) => cloud.tls.ca, is: "PEM" },
  { title: "image_endpoint_override is taken", files: { "project/clouds.yaml": `${lab}    image_endpoint_override: https://glance.example.org/v2\n` }, name: "lab", expect: (cloud) => cloud.imageEndpoint, is: "https://glance.example.org/v2" },
  { title: "a token goes before a password", files: { "project/clouds.yaml": lab.replace("username: me", "token: abc") }, name: "lab", expect: ({ identity, project }) => [identity, project], is: [{ method: "token", token: "abc" }, { name: "demo", domain: { id: "default" } }] },
  { title: "an application credential by id has no project", files: { "project/clouds.yaml": `clouds: { lab: { auth_type: v3applicationcredential, auth: { auth_url: 'http://k/v3', application_credential_id: i, application_credential_secret: ${secret} } } }` }, name: "lab", expect: ({ identity, project }) => [identity, project], is: [{ method: "application_credential", id: "i", secret }, undefined] },
  { title: "an application credential by name takes its user along", files: { "project/clouds.yaml": `clouds: { lab: { auth: { auth_url: 'http://k/v3', application_credential_name: n, username: me, domain_name: D, application_credential_secret: ${secret} } } }` }, name: "lab", expect: ({ identity }) => identity, is: { method: "application_credential", name: "n", user: { name: "me", domain: { name: "D" } }, secret } },
  { title: "domain_id stands in for both domains, default_domain comes last", files: { "project/clouds.yaml": without("user_domain_name").replace("project_domain_id: default", "domain_id: D\n      default_domain: E") }, name: "lab", expect: ({ identity, project }) => ["user" in identity && identity.user, project], is: [{ name: "me", domain: { id: "D" } }, { name: "demo", domain: { id: "D" } }] },
];

for (const example of found) {
  test(example.title, async (t) => assert.deepEqual(example.expect(await read(t, example)), example.is));
}

const refused: (Example & { readonly code: string; readonly message: RegExp })[] = [
  { title: "no cloud at all", code: "cloud-not-named", message: /openstack:cloud or OS_CLOUD/ },
  { title: "a cloud that is not there: the others are listed", files: { "project/clouds.yaml": `${lab}  attic: {}\n` }, name: "lob", code: "cloud-not-found", message: /cloud lob is not in \S+\/project\/clouds\.yaml; it has lab, attic/ },
  { title: "a name that every object has is no cloud", files: { "project/clouds.yaml": lab }, name: "constructor", code: "cloud-not-found", message: /it has lab/ },
  { title: "no clouds.yaml: all places are listed", name: "lab", environment: { OS_CLIENT_CONFIG_FILE: "ROOT/x.yaml" }, code: "clouds-file-missing", message: /x\.yaml\n.*project\/clouds\.yaml\n.*user\/clouds\.yaml\n.*site\/clouds\.yaml/ },
  { title: "broken YAML: line and kind, not the line itself", files: { "project/clouds.yaml": `clouds:\n  lab:\n    auth: { password: "${secret}\n` }, name: "lab", code: "clouds-file-unreadable", message: /clouds\.yaml: line \d+ is not YAML/ },
  { title: "an unresolved alias", files: { "project/clouds.yaml": `${lab}    more: *nowhere\n` }, name: "lab", code: "clouds-file-unreadable", message: /clouds\.yaml: an alias has no anchor/ },
  { title: "a file that is no clouds.yaml", files: { "project/clouds.yaml": `- ${secret}\n` }, name: "lab", code: "clouds-file-unreadable", message: /must be a mapping/ },
  { title: "an empty file", files: { "project/clouds.yaml": "" }, name: "lab", code: "clouds-file-unreadable", message: /must be a mapping/ },
  { title: "a profile without clouds-public.yaml", files: { "project/clouds.yaml": `${lab}    profile: vendor\n` }, name: "lab", code: "clouds-file-missing", message: /clouds\.lab\.profile is vendor/ },
  { title: "no auth_url", files: { "project/clouds.yaml": without("auth_url") }, name: "lab", code: "cloud-config", message: /auth\.auth_url is missing/ },
  { title: "an auth_url that is none", files: { "project/clouds.yaml": lab.replace("https://", `${secret}:/`) }, name: "lab", code: "cloud-config", message: /auth\.auth_url is no http/ },
  { title: "identity version 2", files: { "project/clouds.yaml": lab.replace("/v3", "/v2.0") }, name: "lab", code: "cloud-config", message: /version 2 is gone/ },
  { title: "no password", files: { "project/clouds.yaml": without("password") }, name: "lab", code: "cloud-config", message: /auth\.password is missing/ },
  { title: "no user", files: { "project/clouds.yaml": without("username") }, name: "lab", code: "cloud-config", message: /auth\.username or auth\.user_id is missing/ },
  { title: "no user domain", files: { "project/clouds.yaml": without("user_domain_name") }, name: "lab", code: "cloud-config", message: /auth\.user_domain_name is missing/ },
  { title: "no project", files: { "project/clouds.yaml": without("project_name") }, name: "lab", code: "cloud-config", message: /auth\.project_id or auth\.project_name/ },
  { title: "password and application credential", files: { "project/clouds.yaml": lab }, environment: { OS_APPLICATION_CREDENTIAL_SECRET: secret }, name: "lab", code: "cloud-config", message: /keep one/ },
  { title: "an application credential without secret", files: { "project/clouds.yaml": "clouds: { lab: { auth: { auth_url: 'http://k', application_credential_id: i } } }" }, name: "lab", code: "cloud-config", message: /application_credential_secret is missing/ },
  { title: "auth_type token without one", files: { "project/clouds.yaml": `${lab}    auth_type: v3token\n` }, name: "lab", code: "cloud-config", message: /auth\.token is missing/ },
  { title: "a cacert that is not there", files: { "project/clouds.yaml": `${lab}    cacert: /nowhere/ca.pem\n` }, name: "lab", code: "cloud-config", message: /cacert names \/nowhere\/ca\.pem/ },
  { title: "an interface of another name", files: { "project/clouds.yaml": `${lab}    interface: private\n` }, name: "lab", code: "cloud-config", message: /public, internal or admin/ },
  { title: "a verify that is neither true nor false", files: { "project/clouds.yaml": `${lab}    verify: maybe\n` }, name: "lab", code: "cloud-config", message: /verify is maybe/ },
];

for (const example of refused) {
  test(`refused, and no secret shown: ${example.title}`, async (t) => {
    const error = await read(t, example).then(() => assert.fail("was accepted"), (thrown: unknown) => thrown);
    assert.ok(error instanceof IronicImagesError, String(error));
    assert.equal(error.code, example.code);
    assert.match(error.message, example.message);
    assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes(secret));
  });
}
