import { IronicImagesError } from "../errors.ts";

/**
 * An address of a service that somebody has written down, as it stands.
 *
 * @param key what it was read from, for the message, e.g. `cloud lab in /etc/openstack/clouds.yaml: auth.auth_url`
 * @param instead what to write, e.g. `write it in full, e.g. https://glance.example.org:9292`
 * @throws IronicImagesError `cloud-config`, with nothing of the address: a mistyped one may hold a password anywhere
 */
export function serviceAddress(address: string, key: string, instead: string): string {
  const fail = (why: string) => new IronicImagesError("cloud-config", `${key} ${why}`);
  // URL alone mends too much: to it `https:glance` is an address, and gophercloud sees none.
  if (!/^https?:\/\/[^\s/]\S*$/i.test(address) || !URL.canParse(address))
    throw fail(`is no http or https address; ${instead}`);
  const { username, password } = new URL(address);
  if (username !== "" || password !== "")
    throw fail("has user information before its host, which ends up in logs; leave it out, as far as the @");
  return address;
}

/** The address without user information, for messages. */
export function withoutUserInfo(address: string): string {
  if (!URL.canParse(address)) return address.replace(/\/\/[^/]*@/, "//");
  const url = new URL(address);
  if (url.username === "" && url.password === "") return address;
  url.username = "";
  url.password = "";
  return url.href;
}
