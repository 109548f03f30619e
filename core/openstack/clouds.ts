import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { serviceAddress } from "./address.ts";
import { credentials, type Credentials } from "./credentials.ts";
import { merged, readCloudEntry, section, text, type CloudEntry, type CloudsPlaces } from "./clouds-files.ts";

/** Everything needed to speak to one cloud. Holds secrets: never print it, never put it into state. */
export interface Cloud extends Credentials {
  /** For messages: `cloud local in /home/me/clouds.yaml`, or `the OS_* variables`. */
  readonly source: string;
  /** `region_name`; without one the first endpoint of the catalog counts. */
  readonly region?: string;
  readonly interface: "public" | "internal" | "admin";
  /** `image_endpoint_override`, taken instead of the catalog's endpoint. */
  readonly imageEndpoint?: string;
  /** `baremetal_endpoint_override`, taken instead of the catalog's endpoint. */
  readonly baremetalEndpoint?: string;
  readonly tls: CloudTls;
}

/** PEM texts, as node:tls takes them. */
export interface CloudTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/**
 * Finds the cloud that the openstack plugin 3.15.2 would find: the one named here, else `OS_CLOUD`, else plain `OS_*` variables.
 * With a cloud named, variables only fill what its entry leaves empty; region, CA, client certificate and verification are
 * the other way round. (terraform-provider-openstack v1.54.1 `openstack/provider.go`; gophercloud/utils
 * `terraform/auth/config.go`, `openstack/clientconfig/requests.go`.) Two differences: the plugin
 * overlooks `interface` and `image_endpoint_override` of clouds.yaml, so the program tells it (`plugin-config.ts`).
 *
 * @throws IronicImagesError `cloud-not-named`, `cloud-not-found`, `clouds-file-missing`, `clouds-profile-missing`, `clouds-file-unreadable`, `cloud-config`
 */
export async function readCloud(name?: string, places: CloudsPlaces = defaultPlaces()): Promise<Cloud> {
  const { environment } = places;
  const wanted = name || environment["OS_CLOUD"];
  if (!wanted && !environment["OS_AUTH_URL"]) {
    throw new IronicImagesError(
      "cloud-not-named",
      "no cloud is named: set openstack:cloud or OS_CLOUD to a cloud of clouds.yaml, or set OS_AUTH_URL and its companions",
    );
  }
  if (!wanted) return await cloudFrom({}, "the OS_* variables", environment, false);
  const { file, entry } = await readCloudEntry(wanted, places);
  return await cloudFrom(
    withRegion(entry, environment["OS_REGION_NAME"]),
    `cloud ${wanted} in ${file}`,
    environment,
    true,
  );
}

/** This process's environment, its working directory, the user's and the site's. */
export function defaultPlaces(): CloudsPlaces {
  // userInfo() reads the password database as the plugin does, and not HOME.
  const userDirectory = join(userInfo().homedir, ".config/openstack");
  return { environment: process.env, directories: [process.cwd(), userDirectory, "/etc/openstack"] };
}

/** Places for one region: that of the configuration wins over any other, for the openstack plugin too. */
export function placesIn(region: string | undefined, places = defaultPlaces()): CloudsPlaces {
  return region === undefined ? places : { ...places, environment: { ...places.environment, OS_REGION_NAME: region } };
}

async function cloudFrom(
  entry: CloudEntry,
  source: string,
  environment: CloudsPlaces["environment"],
  named: boolean,
): Promise<Cloud> {
  const region = environment["OS_REGION_NAME"] || text(entry, "region_name");
  const override = (service: "image" | "baremetal", example: string) => {
    const [key, variable] = [`${service}_endpoint_override`, `OS_${service.toUpperCase()}_ENDPOINT_OVERRIDE`];
    const given = text(entry, key) ?? (environment[variable] || undefined);
    const instead = `write it in full, e.g. ${example}`;
    return given && serviceAddress(given, `${source}: ${key} (or ${variable})`, instead);
  };
  const [imageEndpoint, baremetalEndpoint] = [
    override("image", "https://glance.example.org:9292"),
    override("baremetal", "https://ironic.example.org:6385"),
  ];
  return {
    source,
    ...credentials({
      auth: section(entry, "auth"),
      environment,
      named,
      source,
      authType: text(entry, "auth_type"),
      identityVersion: text(entry, "identity_api_version"),
    }),
    ...(region === undefined ? {} : { region }),
    interface: interfaceOf(
      environment["OS_ENDPOINT_TYPE"] || (text(entry, "endpoint_type") ?? text(entry, "interface")),
      source,
    ),
    ...(imageEndpoint === undefined ? {} : { imageEndpoint }),
    ...(baremetalEndpoint === undefined ? {} : { baremetalEndpoint }),
    tls: {
      ...(await pem("ca", environment["OS_CACERT"] || text(entry, "cacert"), "cacert", source)),
      ...(await pem("cert", environment["OS_CERT"] || text(entry, "cert"), "cert", source)),
      ...(await pem("key", environment["OS_KEY"] || text(entry, "key"), "key", source)),
      verify: verification(environment["OS_INSECURE"], text(entry, "verify"), source),
    },
  };
}

function withRegion(entry: CloudEntry, region: string | undefined): CloudEntry {
  const regions = Array.isArray(entry["regions"]) ? (entry["regions"] as readonly unknown[]) : [];
  const match = regions.find((item) => typeof item === "object" && (item as CloudEntry)["name"] === region);
  return match === undefined ? entry : merged(section(match as CloudEntry, "values"), entry);
}

function interfaceOf(given: string | undefined, source: string): Cloud["interface"] {
  switch (given?.replace(/URL$/, "")) {
    case undefined:
    case "public":
      return "public";
    case "internal":
      return "internal";
    case "admin":
      return "admin";
    default:
      throw new IronicImagesError(
        "cloud-config",
        `${source}: interface is ${given}; must be public, internal or admin`,
      );
  }
}

function verification(insecure: string | undefined, verify: string | undefined, source: string): boolean {
  const given = insecure || verify;
  if (given === undefined) return true;
  const yes = /^(1|t|true|y|yes|on)$/i.test(given);
  if (!yes && !/^(0|f|false|n|no|off)$/i.test(given)) {
    throw new IronicImagesError(
      "cloud-config",
      `${source}: ${insecure ? "OS_INSECURE" : "verify"} is ${given}; must be true or false`,
    );
  }
  return insecure ? !yes : yes;
}

async function pem(
  field: "ca" | "cert" | "key",
  given: string | undefined,
  key: string,
  source: string,
): Promise<Partial<CloudTls>> {
  if (given === undefined || given === "") return {};
  if (given.includes("-----BEGIN")) return { [field]: given };
  // The plugin expands a leading tilde, too.
  const file = given.replace(/^~(?=\/)/, userInfo().homedir);
  try {
    return { [field]: await readFile(file, "utf8") };
  } catch (error) {
    throw new IronicImagesError(
      "cloud-config",
      `${source}: ${key} names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}
