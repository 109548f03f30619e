import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import type * as http from "node:http";
import * as https from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import tmp from "tmp";
import { parse, stringify } from "yaml";
import { glanceClient } from "../../../core/openstack/glance.ts";
import { authenticate } from "../../../core/openstack/keystone.ts";
import { readCloud } from "../../../core/openstack/clouds.ts";
import { pluginEndpoints } from "../../../core/openstack/plugin-config.ts";
import { testCloud, type TestCloud } from "../../support/cloud.ts";
import { imageEndpointOf } from "../../support/glance.ts";
import { withOpenstackPlugin } from "../../support/openstack-plugin.ts";
import { addRegion } from "../../support/region.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { selfSigned } from "./certificate.ts";
import { startFront, type Front } from "./front.ts";
import { listen } from "./listen.ts";
import type { Entry } from "./variant.ts";

const regions = { one: `region-${randomUUID()}`, two: `region-${randomUUID()}` };
/** Glance of the first region, for everybody and for insiders, and that of the second. */
const fronts: Front[] = [];
const places = ["public", "internal", "region two"] as const;
let cloud: TestCloud;
let directory: tmp.DirResult;
/** Keystone behind TLS, with a certificate that nobody knows. */
let secureKeystone: Awaited<ReturnType<typeof listen>>;
let entries: Record<"local" | "other", Entry>;

before(async () => {
  cloud = await testCloud();
  directory = tmp.dirSync({ prefix: "ironic-images-test-", unsafeCleanup: true });
  const glance = await imageEndpointOf(cloud.cloudsFile);
  for (const _ of places) fronts.push(await startFront(glance));
  const [open, inside, two] = fronts.map(({ url }) => url);
  const file = join(directory.name, "clouds.yaml");
  await addRegion(cloud.cloudsFile, regions.two, two ?? "", file);
  await addRegion(cloud.cloudsFile, regions.one, open ?? "", file, inside);
  const { key, cert } = await selfSigned(directory.name);
  secureKeystone = await listen(https.createServer({ key, cert }, passOn), "https");
  entries = (parse(readFileSync(file, "utf8")) as { clouds: typeof entries }).clouds;
});

after(async () => {
  for (const front of fronts) await front.stop();
  await secureKeystone.stop();
  directory.removeCallback();
  await cloud.stop();
});

async function passOn(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
  const { method = "GET", url = "" } = incoming;
  const body = method === "GET" ? null : await text(incoming);
  const address = new URL(url, entries.local.auth["auth_url"]);
  const answer = await fetch(address, { method, body, headers: { "Content-Type": "application/json" } });
  const token = answer.headers.get("x-subject-token");
  outgoing.writeHead(answer.status, token === null ? {} : { "x-subject-token": token }).end(await answer.text());
}

const copy = (name: "local" | "other", change: (entry: Entry) => void = () => undefined): Entry => {
  const entry = structuredClone(entries[name]);
  change(entry);
  return entry;
};
const plain = (name: "local" | "other") => {
  const auth = Object.entries(entries[name].auth).map(([key, value]) => [`OS_${key.toUpperCase()}`, value]);
  return Object.fromEntries(auth) as Record<string, string>;
};
const clouds = (of: Record<string, unknown>) => stringify({ clouds: of });

interface Row {
  readonly title: string;
  /** Files of the project's directory. */
  readonly files?: () => Record<string, string>;
  readonly environment?: () => Record<string, string>;
  readonly config?: { readonly cloud?: string; readonly region?: string };
  readonly is: { readonly project: "local" | "other"; readonly at: (typeof places)[number] };
}

const both = () => ({ "clouds.yaml": clouds({ a: copy("local"), b: copy("other") }) });
const rows: Row[] = [
  { title: "openstack:cloud", files: both, config: { cloud: "b" }, is: { project: "other", at: "public" } },
  {
    title: "OS_CLOUD",
    files: both,
    environment: () => ({ OS_CLOUD: "a" }),
    is: { project: "local", at: "public" },
  },
  {
    title: "openstack:cloud goes before OS_CLOUD and before plain variables",
    files: both,
    config: { cloud: "b" },
    environment: () => ({ ...plain("local"), OS_CLOUD: "a" }),
    is: { project: "other", at: "public" },
  },
  {
    title: "plain OS_* variables, and OS_REGION_NAME",
    environment: () => ({ ...plain("other"), OS_REGION_NAME: regions.one }),
    is: { project: "other", at: "public" },
  },
  {
    title: "OS_CLIENT_CONFIG_FILE goes before the project's clouds.yaml",
    files: () => ({ "clouds.yaml": clouds({ a: copy("other") }), "elsewhere.yaml": clouds({ a: copy("local") }) }),
    environment: () => ({ OS_CLIENT_CONFIG_FILE: "elsewhere.yaml", OS_CLOUD: "a" }),
    is: { project: "local", at: "public" },
  },
  {
    title: "the password of secure.yaml, user and project of clouds.yaml",
    files: () => ({
      "clouds.yaml": clouds({ a: copy("local", ({ auth }) => delete auth["password"]) }),
      "secure.yaml": clouds({ a: { auth: { password: entries.local.auth["password"] } } }),
    }),
    config: { cloud: "a" },
    is: { project: "local", at: "public" },
  },
  {
    title: "a profile of clouds-public.yaml",
    files: () => {
      const { auth_url: address, ...auth } = entries.other.auth;
      return {
        "clouds.yaml": clouds({ a: { ...copy("other"), auth, profile: "site" } }),
        "clouds-public.yaml": stringify({ "public-clouds": { site: { auth: { auth_url: address } } } }),
      };
    },
    config: { cloud: "a" },
    is: { project: "other", at: "public" },
  },
  {
    title: "openstack:region goes before the entry's",
    files: () => ({ "clouds.yaml": clouds({ a: copy("local") }) }),
    config: { cloud: "a", region: regions.two },
    is: { project: "local", at: "region two" },
  },
  {
    title: "OS_REGION_NAME goes before the entry's",
    files: () => ({ "clouds.yaml": clouds({ a: copy("local") }) }),
    config: { cloud: "a" },
    environment: () => ({ OS_REGION_NAME: regions.two }),
    is: { project: "local", at: "region two" },
  },
  {
    title: "interface of clouds.yaml, which the plugin overlooks unless it is told",
    files: () => ({ "clouds.yaml": clouds({ a: copy("local", (entry) => (entry["interface"] = "internal")) }) }),
    config: { cloud: "a" },
    is: { project: "local", at: "internal" },
  },
  {
    title: "image_endpoint_override of clouds.yaml, which the plugin overlooks unless it is told",
    files: () => ({
      "clouds.yaml": clouds({ a: copy("other", (entry) => (entry["image_endpoint_override"] = fronts[2]?.url)) }),
    }),
    config: { cloud: "a" },
    is: { project: "other", at: "region two" },
  },
  {
    title: "cacert of clouds.yaml, for a Keystone whose certificate nobody else knows",
    files: () => ({
      "clouds.yaml": clouds({
        a: copy("other", (entry) => {
          entry.auth["auth_url"] = `${secureKeystone.url}/v3`;
          entry["cacert"] = join(directory.name, "cert.pem");
        }),
      }),
    }),
    config: { cloud: "a" },
    is: { project: "other", at: "public" },
  },
  {
    title: "OS_ENDPOINT_TYPE",
    files: both,
    config: { cloud: "a" },
    environment: () => ({ OS_ENDPOINT_TYPE: "internal" }),
    is: { project: "local", at: "internal" },
  },
];

for (const { title, files, environment, config = {}, is } of rows) {
  test(`the plugin, as the program configures it, and our client find the same cloud: ${title}`, async (t) => {
    const project = temporaryDirectory(t);
    for (const [name, content] of Object.entries(files?.() ?? {})) writeFileSync(join(project, name), content);
    const variables: Record<string, string> = { ...environment?.() };
    const named = variables["OS_CLIENT_CONFIG_FILE"];
    if (named !== undefined) variables["OS_CLIENT_CONFIG_FILE"] = join(project, named);
    const withRegion = { ...variables, ...(config.region === undefined ? {} : { OS_REGION_NAME: config.region }) };
    const session = await authenticate(
      await readCloud(config.cloud, { environment: withRegion, directories: [project] }),
    );
    const read = async () => void (await glanceClient(session).get(randomUUID()));
    const overrides = pluginEndpoints(session.imageEndpoint, session);
    const args = {
      cloud: config.cloud ?? variables["OS_CLOUD"] ?? "",
      tenantId: session.projectId,
      endpointType: session.cloud.interface,
      ...(overrides === undefined ? {} : { endpointOverrides: JSON.stringify(overrides) }),
      ...(config.region === undefined ? {} : { region: config.region }),
    };
    const plugin = { config: args, environment: variables, directory: project };
    const readByPlugin = async () => void (await withOpenstackPlugin(plugin, ({ reads }) => reads(randomUUID())));
    const [ours, theirs] = [await askedBy(read), await askedBy(readByPlugin)];
    assert.deepEqual([ours, theirs], [is, is]);
  });
}

/** Whose token came along, and to which address of Glance. */
async function askedBy(read: () => Promise<void>) {
  for (const { requests } of fronts) requests.length = 0;
  await read();
  const asked = fronts.flatMap(({ requests }, index) => requests.map(({ headers }) => ({ index, headers })));
  const at = [...new Set(asked.map(({ index }) => places[index]))].join();
  const token = String(asked[0]?.headers["x-auth-token"]);
  const headers = { "X-Auth-Token": token, "X-Subject-Token": token };
  const answer = await fetch(`${entries.local.auth["auth_url"]}/auth/tokens`, { headers });
  const { user } = ((await answer.json()) as { token: { user: { name: string } } }).token;
  return { project: user.name === "operator" ? "local" : user.name, at };
}
