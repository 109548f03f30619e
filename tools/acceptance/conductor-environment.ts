import { delimiter, join } from "node:path";
import { hostSeenByNode } from "./ironic-conf.ts";

/** What is never asked for through a proxy: this machine, also under the address that nodes know it by. */
const direct = ["localhost", "127.0.0.0/8", "127.0.0.1", "::1", hostSeenByNode];
const proxies = ["http_proxy", "https_proxy", "all_proxy"];

/**
 * The whole environment of Ironic's process. It finds the cloud through the proxies of ours, as every other part of this program does, and what is
 * on loopback without (`should_bypass_proxies` in requests/utils.py: names and addresses; ranges of the user's stay).
 *
 * @param environment of this process
 * @param directory Ironic's, absolute
 * @param virtualenv Ironic's, absolute; it comes first on PATH
 */
export function conductorEnvironment(
  environment: NodeJS.ProcessEnv,
  directory: string,
  virtualenv: string,
): Record<string, string> {
  const own = Object.entries(environment).filter(([name]) => proxies.includes(name.toLowerCase()));
  const without = environment["no_proxy"] || environment["NO_PROXY"] || "";
  const names = without.split(",").map((name) => name.trim());
  // urllib knows the asterisk only where it stands alone (proxy_bypass_environment in urllib/request.py).
  const noProxy = names.includes("*") ? "*" : [...names.filter((name) => name !== ""), ...direct].join(",");
  return {
    PATH: [join(virtualenv, "bin"), environment["PATH"] ?? ""].join(delimiter),
    HOME: directory,
    LANG: "C.UTF-8",
    PYTHONWARNINGS: "ignore",
    ...Object.fromEntries(own.flatMap(([name, value]) => (value ? [[name, value]] : []))),
    no_proxy: noProxy,
    NO_PROXY: noProxy,
  };
}
