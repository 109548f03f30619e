import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import tmp from "tmp";
import { cloudsFile, cloudStatus, startCloud, stopCloud } from "../../tools/cloud/control.ts";
import { cacheDirectory } from "../../tools/paths.ts";
import { ensureVirtualenv } from "../../tools/python/virtualenv.ts";

/** What is different from the local cloud: text of ini files and of Glance's policy. */
export interface CloudSettings {
  readonly glance?: string;
  readonly keystone?: string;
  readonly policy?: string;
  /** Size of the file system that Glance's store has to itself; needs root. */
  readonly storeMiB?: number;
}

/** Glance asks Keystone of every token again, so that revoked and expired ones are noticed at once. */
export const noTokenCache = "[keystone_authtoken]\ntoken_cache_time = -1\n";

/** A Keystone and Glance of a test's own, to be configured, killed and started again. The images stay on restart. */
export interface OwnCloud {
  readonly cloudsFile: string;
  /** Ends it and starts it with these settings, and no earlier ones. */
  restart(settings?: CloudSettings): Promise<void>;
  /** Kills every process of Glance at once. */
  killGlance(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one. */
export async function ownCloud(settings: CloudSettings = {}): Promise<OwnCloud> {
  const virtualenv = await ensureVirtualenv({ name: "cloud", cacheDirectory: cacheDirectory() });
  const directory = tmp.dirSync({ prefix: "ironic-images-cloud" }).name;
  const start = async ({ storeMiB, ...files }: CloudSettings) => {
    await writeSettings(directory, files);
    if (storeMiB === undefined) return void (await startCloud({ directory, virtualenv }));
    await startWithSmallStore(directory, virtualenv, storeMiB);
  };
  const stop = async () => {
    await stopCloud(directory);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await start(settings);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    cloudsFile: cloudsFile(directory),
    async restart(next = {}) {
      await stopCloud(directory);
      await start(next);
    },
    async killGlance() {
      const { running } = await cloudStatus(directory);
      if (running.glance === undefined) throw new Error("Glance does not run");
      // The master leads the group of its workers.
      process.kill(-running.glance, "SIGKILL");
    },
    stop,
  };
}

/** Takes a token back, by its own authority; the status is 204, or 401 or 404 if it has ended already. */
export async function revokeToken(keystone: string, token: string): Promise<number> {
  const headers = { "X-Auth-Token": token, "X-Subject-Token": token };
  return (await fetch(`${keystone}/auth/tokens`, { method: "DELETE", headers })).status;
}

// The servers' home is their directory, and oslo.config reads what lies in these places of a home after its main file.
async function writeSettings(directory: string, { glance, keystone, policy }: CloudSettings): Promise<void> {
  const files = {
    "glance-api.conf.d/test.conf": glance,
    "keystone.conf.d/test.conf": keystone,
    "policy.yaml": policy,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (text === undefined) await rm(file, { force: true });
    else await writeFile(file, text);
  }
}

// In a mount namespace that ends with the servers, so nothing stays mounted. What the store held before is out of sight.
async function startWithSmallStore(directory: string, virtualenv: string, storeMiB: number): Promise<void> {
  const server = path.join(import.meta.dirname, "../../tools/cloud/server/main.py");
  const script = 'mount -t tmpfs -o "size=$1" tmpfs "$2/images" && exec "$3" -E -s -B "$4" up "$2"';
  const values = [`${storeMiB}m`, directory, path.join(virtualenv, "bin/python"), server];
  await execa("unshare", ["--mount", "sh", "-c", script, "sh", ...values], { stdin: "ignore" });
}
