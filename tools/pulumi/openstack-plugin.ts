import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AcquireOptions } from "./acquire.ts";
import { ensureCached } from "./cached.ts";
import { vendorSite } from "./download.ts";
import { findOnPath, isExecutable, versionOf } from "./executables.ts";
import { obtain } from "./obtain.ts";
import type { Obtainable } from "./obtain.ts";
import { openstackPluginVersion } from "./versions.ts";

/** The openstack resource plugin where the engine finds it. */
export interface OpenstackPlugin {
  /** Absolute path of the executable, in PULUMI_HOME. */
  readonly plugin: string;
  readonly origin: "installed" | "downloaded" | "built" | "cached";
}

const executable = "pulumi-resource-openstack";

/** The plugin's directory below `plugins/` of a PULUMI_HOME: the engine looks for exactly this name. */
const pluginDirectory = `resource-openstack-v${openstackPluginVersion}`;

/**
 * Sees to it that PULUMI_HOME has the openstack plugin: what it has already, else the one of the user's own Pulumi or on PATH,
 * else what an earlier call has put into the cache, else the vendor's download, else a build from tools/pulumi/openstack-plugin.
 * It is linked, not copied, so that PULUMI_HOME stays small.
 * @throws IronicImagesError `go-missing`, `go-build-failed`, and those of acquireLock
 */
export async function ensureOpenstackPlugin(
  options: AcquireOptions & { readonly pulumiHome: string },
): Promise<OpenstackPlugin> {
  const { cacheDirectory, pulumiHome, report, environment = process.env, site = vendorSite, patience } = options;
  return report.step(`Pulumi openstack plugin ${openstackPluginVersion}`, async (progress) => {
    const plugin = join(pulumiHome, "plugins", pluginDirectory, executable);
    if (await works(plugin, environment)) {
      progress.skip();
      return { plugin, origin: "installed" };
    }
    const installed = await findInstalled(environment);
    if (installed !== undefined) {
      await link(installed, plugin);
      progress.skip(`installed (${installed})`);
      return { plugin, origin: "installed" };
    }
    const directory = join(cacheDirectory, pluginDirectory);
    const cached = join(directory, executable);
    let origin: OpenstackPlugin["origin"] = "cached";
    const made = await ensureCached(directory, {
      progress,
      check: () => works(cached, environment),
      async make(temporary) {
        origin = await obtain(openstack(site, environment), temporary, {
          environment,
          progress,
          patience,
          note: report.note,
        });
      },
    });
    await link(cached, plugin);
    if (!made) progress.skip();
    return { plugin, origin };
  });
}

async function findInstalled(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const own = join(environment["HOME"] ?? homedir(), ".pulumi", "plugins", pluginDirectory, executable);
  for (const candidate of [own, ...findOnPath(executable, environment["PATH"])]) {
    if (await works(candidate, environment)) return candidate;
  }
  return undefined;
}

/** Whether a file is this plugin: it runs, and has exactly our version. */
async function works(file: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  if (!isExecutable(file)) return false;
  return (await versionOf(file, ["-version"], environment))?.replace(/^v/, "") === openstackPluginVersion;
}

/** The engine does not take a linked directory for a plugin, but takes a linked executable in a directory. */
async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}`;
  await rm(next, { force: true });
  await symlink(target, next);
  await rename(next, path);
}

/** The plugin as the vendor packs it, and our bridge of the same upstream provider. */
function openstack(site: string, environment: NodeJS.ProcessEnv): Obtainable {
  // Plugins are packed under Go's names of architectures, unlike the engine.
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return {
    title: `the Pulumi openstack plugin ${openstackPluginVersion}`,
    archive: ["linux", "darwin"].includes(process.platform)
      ? `${site}/plugins/${executable}-v${openstackPluginVersion}-${process.platform}-${architecture}.tar.gz`
      : undefined,
    unpack: { into: ".", strip: 0 },
    verify: async (directory) =>
      (await works(join(directory, executable), environment)) ? undefined : "does not hold a working plugin",
    program: {
      moduleDirectory: fileURLToPath(new URL("openstack-plugin/", import.meta.url)),
      mainPackage: ".",
      tags: [],
      ldflags: "-s -w",
    },
    executable,
    manual: `pulumi plugin install resource openstack v${openstackPluginVersion}`,
  };
}
