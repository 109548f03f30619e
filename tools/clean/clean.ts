import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { runningJobs } from "../../core/build/jobs/running-jobs.ts";
import { sweepBuilds } from "../../core/build/builder/sweep.ts";
import { cacheEntries } from "../../core/cache-directory.ts";
import { IronicImagesError } from "../../core/errors.ts";
import { runningAcceptance } from "../acceptance/running.ts";
import { stopCloud } from "../cloud/control.ts";
import { localPaths } from "../paths.ts";
import { removeTree, sizeOf } from "./remove-tree.ts";
import { heldLocks } from "./running-builds.ts";

/** What to clean, and whom to tell. */
export interface CleanOptions {
  readonly project: string;
  /** The user's cache, if that is to go too. */
  readonly cache: string | undefined;
  readonly say: (text: string) => void;
}

/**
 * Stops the local cloud, and removes all that the tools and builds have made.
 * @throws IronicImagesError `clean-build-runs`, `clean-acceptance-runs`, `clean-cache-unsafe` before anything is touched; those of removeTree
 */
export async function clean({ project, cache, say }: CleanOptions): Promise<void> {
  if (cache !== undefined) requireSafe(cache, project);
  const held = await heldLocks({ project, cache });
  const jobs = runningJobs(project).map(
    ({ directory, process: { pid } }) => `${directory}: \`kill ${pid}\` ends it cleanly`,
  );
  if (held.length > 0 || jobs.length > 0)
    throw new IronicImagesError(
      "clean-build-runs",
      "a build or an update is running; wait for it, or end it, and run the command again",
      [...held, ...jobs].join("\n"),
    );
  const acceptance = await runningAcceptance(project);
  if (acceptance !== undefined)
    throw new IronicImagesError(
      "clean-acceptance-runs",
      "an acceptance is running; wait for it, or end it, and run the command again",
      acceptance,
    );
  const { root, cloud } = localPaths(project);
  if (await stopCloud(cloud)) say("stopped the local cloud");
  await sweepBuilds(project, say);
  // Last the modules that this very command runs on.
  const directories = [
    root,
    join(project, ".images"),
    ...(cache === undefined ? [] : [cache]),
    join(project, "node_modules"),
  ];
  const there = directories.filter((path) => existsSync(path));
  for (const path of there) {
    const size = await sizeOf(path);
    await removeTree(path);
    say(`removed ${path} (${megabytes(size)})`);
  }
  if (there.length === 0) say("nothing to remove");
}

/** What this project's tools and builds put into the cache, with the locks beside it. */
const ownEntry = new RegExp(`^\\.?(${cacheEntries.join("|")}|pulumi-[\\w.-]+|resource-openstack-[\\w.-]+)(\\.lock)?$`);

/** A cache that somebody put at the top of something else must not take that with it. */
function requireSafe(cache: string, project: string): void {
  if (!existsSync(cache)) return;
  const foreign = readdirSync(cache).find((name) => !ownEntry.test(name));
  if (foreign !== undefined) {
    throw new IronicImagesError(
      "clean-cache-unsafe",
      `the cache ${cache} holds ${foreign}, which this project did not make, so nothing was removed; give IRONIC_IMAGES_CACHE a directory of its own, or run \`npm run clean -- --keep-cache\``,
    );
  }
  const real = realpathSync(cache);
  const holds = (path: string) =>
    existsSync(path) && `${realpathSync(path)}/`.startsWith(real === "/" ? "/" : `${real}/`);
  if (holds(homedir()) || holds(project)) {
    throw new IronicImagesError(
      "clean-cache-unsafe",
      `the cache ${cache} holds more than the cache; give IRONIC_IMAGES_CACHE a directory of its own, or run \`npm run clean -- --keep-cache\``,
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}
