import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/** What lies in the cache, each a directory: `npm run clean` takes a cache away only if it holds nothing else. */
export const cacheEntries = [
  "base-images",
  "base-roots",
  "boots",
  "builds",
  "downloads",
  "node-compile",
  "python",
  "sources",
  "test-artifacts",
] as const;

/**
 * Absolute directory for what may be lost and is shared by all projects of a user: base images, build slots, tools.
 * The XDG base directory specification says that a relative `XDG_CACHE_HOME` is to be ignored.
 */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  for (const [value, below] of [
    [env["IRONIC_IMAGES_CACHE"], ""],
    [env["XDG_CACHE_HOME"], "ironic-images"],
  ] as const) {
    if (value !== undefined && isAbsolute(value)) return join(value, below);
  }
  const { HOME: home } = env;
  return join(home !== undefined && isAbsolute(home) ? home : userInfo().homedir, ".cache", "ironic-images");
}
