import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext } from "node:test";
import { parse, stringify } from "yaml";
import { readCloud, type Cloud } from "../../../core/openstack/clouds.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** An entry of clouds.yaml, as far as tests change it. */
export interface Entry {
  auth: Record<string, string>;
  [key: string]: unknown;
}

/** Copies a cloud of clouds.yaml into a file of the test's own, changed; its name there is `variant`. */
export function variantFile(t: TestContext, cloudsFile: string, cloud: string, change: (entry: Entry) => void): string {
  const entry = (parse(readFileSync(cloudsFile, "utf8")) as { clouds: Record<string, Entry> }).clouds[cloud];
  if (entry === undefined) throw new Error(`no cloud ${cloud} in ${cloudsFile}`);
  change(entry);
  const file = join(temporaryDirectory(t), "clouds.yaml");
  writeFileSync(file, stringify({ clouds: { variant: entry } }));
  return file;
}

/** The cloud of such a file, read with no other variable set. */
export async function variant(
  t: TestContext,
  cloudsFile: string,
  cloud: string,
  change: (entry: Entry) => void = () => {},
): Promise<Cloud> {
  return await readCloud("variant", {
    environment: { OS_CLIENT_CONFIG_FILE: variantFile(t, cloudsFile, cloud, change) },
    directories: [],
  });
}
