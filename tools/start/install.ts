import { chmodSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { checkHost } from "../host/check.ts";
import type { linkedCommands } from "../environment.ts";
import { localPaths } from "../paths.ts";
import { ensurePulumi } from "../pulumi/acquire.ts";
import { ensureOpenstackPlugin } from "../pulumi/openstack-plugin.ts";
import { ensureVirtualenv } from "../python/virtualenv.ts";
import type { Report } from "../report.ts";

/** Where to install to. */
export interface InstallOptions {
  readonly project: string;
  readonly cacheDirectory: string;
  readonly report: Report;
}

/** What is installed afterwards; the commands of it are linked in `.local/bin`. */
export interface Installed {
  /** The virtualenv of Keystone and Glance. */
  readonly cloudVirtualenv: string;
}

/**
 * Installs all that a stack needs, apart from its cloud: host packages, Pulumi engine and plugin, the builders of
 * images and deploy ramdisks, Keystone and Glance. What is there already is skipped; what was interrupted is done again.
 * @throws IronicImagesError those of the parts
 */
export async function installParts({ project, cacheDirectory, report }: InstallOptions): Promise<Installed> {
  const { root, bin, pulumiHome, state } = localPaths(project);
  await report.step("this machine", checkHost);
  for (const directory of [root, bin, pulumiHome, state]) mkdirSync(directory, { recursive: true });
  // Pulumi's state is for this user's eyes, as clouds.yaml is.
  chmodSync(root, 0o700);
  const python = (title: string, name: "builder" | "agent-builder" | "cloud") =>
    report.step(title, (progress) => ensureVirtualenv({ name, cacheDirectory, progress }));
  const pulumi = async () => {
    const engine = await ensurePulumi({ cacheDirectory, report });
    await ensureOpenstackPlugin({ cacheDirectory, report, pulumiHome });
    return engine.pulumi;
  };
  const parts = await Promise.allSettled([
    pulumi(),
    python("diskimage-builder", "builder"),
    python("ironic-python-agent-builder", "agent-builder"),
    python("Keystone and Glance", "cloud"),
  ]);
  const [engine, builder, agentBuilder, cloudVirtualenv] = parts.map(valueOf) as [string, string, string, string];
  linkCommands(bin, {
    node: process.execPath,
    pulumi: engine,
    "disk-image-create": join(builder, "bin/disk-image-create"),
    "ironic-python-agent-builder": join(agentBuilder, "bin/ironic-python-agent-builder"),
  });
  return { cloudVirtualenv };
}

/** All parts end before the first failure is told: nothing goes on installing behind a message that says it failed. */
function valueOf(result: PromiseSettledResult<string>): string {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

/** Links commands in a directory, each replaced at once: somebody may be running them. */
export function linkCommands(
  directory: string,
  targets: Readonly<Record<(typeof linkedCommands)[number], string>>,
): void {
  for (const [name, target] of Object.entries(targets)) {
    const path = join(directory, name);
    if (linkTarget(path) === target || target === path) continue;
    const beside = `${path}.${process.pid}`;
    rmSync(beside, { force: true });
    symlinkSync(target, beside);
    renameSync(beside, path);
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
