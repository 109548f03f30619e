import { rm } from "node:fs/promises";
import tmp from "tmp";
import { cloudsFile, startCloud, stopCloud } from "../../tools/cloud/control.ts";
import { cacheDirectory } from "../../tools/paths.ts";
import { ensureVirtualenv } from "../../tools/python/virtualenv.ts";

/** A real Keystone and Glance on loopback. */
export interface TestCloud {
  readonly directory: string;
  /** With the clouds `local` (an operator), `other` (a plain user of another project) and `admin`. */
  readonly cloudsFile: string;
  /** Ends the cloud if these tests started it. */
  stop(): Promise<void>;
}

/** The cloud in `IRONIC_IMAGES_TEST_CLOUD`, which the test runner keeps for all tests; else one of this test's own. */
export async function testCloud(): Promise<TestCloud> {
  const running = process.env["IRONIC_IMAGES_TEST_CLOUD"];
  if (running) return { directory: running, cloudsFile: cloudsFile(running), stop: async () => {} };
  const virtualenv = await ensureVirtualenv({ name: "cloud", cacheDirectory: cacheDirectory() });
  const directory = tmp.dirSync({ prefix: "ironic-images-cloud" }).name;
  const stop = async () => {
    await stopCloud(directory);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await startCloud({ directory, virtualenv });
  } catch (error) {
    await stop();
    throw error;
  }
  return { directory, cloudsFile: cloudsFile(directory), stop };
}
