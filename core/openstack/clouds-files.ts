import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument, type Document } from "yaml";
import { z } from "zod";
import { IronicImagesError } from "../errors.ts";

/** Where the files of a cloud are looked for. */
export interface CloudsPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** In their order: the project's, where the engine starts its plugins, the user's, the site's. */
  readonly directories: readonly string[];
}

/** The entry of one cloud, every scalar as the text that stands in the file. */
export interface CloudEntry {
  readonly [key: string]: CloudValue;
}
export type CloudValue = string | readonly CloudValue[] | CloudEntry;

const value: z.ZodType<CloudValue> = z.lazy(() => z.union([z.string(), z.array(value), z.record(z.string(), value)]));
const entries = z.record(z.string(), z.record(z.string(), value));

/**
 * Reads the entry of a cloud as gophercloud's `clientconfig.GetCloudFromYAML` does for the openstack plugin: clouds.yaml
 * from `OS_CLIENT_CONFIG_FILE`, project, home or site directory, `profile` from clouds-public.yaml, secure.yaml on top.
 *
 * @throws IronicImagesError `clouds-file-missing`, `clouds-profile-missing`, `clouds-file-unreadable`, `cloud-not-found`
 */
export async function readCloudEntry(name: string, places: CloudsPlaces): Promise<{ file: string; entry: CloudEntry }> {
  const named = places.environment["OS_CLIENT_CONFIG_FILE"];
  const looked = [...(named ? [named] : []), ...candidates(places, "clouds")];
  const found = await readFirst(looked, "clouds");
  if (found === undefined) {
    throw new IronicImagesError(
      "clouds-file-missing",
      `cloud ${name}: no clouds.yaml; write one, or name it in OS_CLIENT_CONFIG_FILE`,
      `looked for:\n${looked.map((file) => `  ${file}`).join("\n")}`,
    );
  }
  let entry = pick(name, found, "cloud");
  const profile = text(entry, "profile") ?? text(entry, "cloud");
  if (profile !== undefined) {
    const shared = await readFirst(candidates(places, "clouds-public"), "public-clouds");
    if (shared === undefined) {
      throw new IronicImagesError(
        "clouds-profile-missing",
        `${found.file}: clouds.${name}.profile is ${profile}, but there is no clouds-public.yaml`,
      );
    }
    entry = merged(entry, pick(profile, shared, "profile"));
  }
  const secure = (await readFirst(candidates(places, "secure"), "clouds"))?.clouds[name];
  return { file: found.file, entry: secure === undefined ? entry : merged(secure, entry) };
}

/** The text under a key, undefined if there is none or it is empty. */
export function text(entry: CloudEntry, key: string): string | undefined {
  const found = entry[key];
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The mapping under a key, empty if there is none. */
export function section(entry: CloudEntry, key: string): CloudEntry {
  const found = entry[key];
  return isEntry(found) ? found : {};
}

/** Both, mappings key by key; what is not empty in `over` wins (gophercloud's `mergeClouds`). */
export function merged(over: CloudEntry, under: CloudEntry): CloudEntry {
  const result: Record<string, CloudValue> = { ...under };
  for (const [key, upper] of Object.entries(over)) {
    const lower = under[key];
    if (isEntry(upper) && isEntry(lower)) result[key] = merged(upper, lower);
    else if (upper !== "" || lower === undefined) result[key] = upper;
  }
  return result;
}

function isEntry(candidate: CloudValue | undefined): candidate is CloudEntry {
  return typeof candidate === "object" && !Array.isArray(candidate);
}

function candidates({ directories }: CloudsPlaces, name: string): string[] {
  return ["yaml", "yml"].flatMap((suffix) => directories.map((directory) => join(directory, `${name}.${suffix}`)));
}

interface CloudsFile {
  readonly file: string;
  readonly clouds: Readonly<Record<string, CloudEntry>>;
}

async function readFirst(files: readonly string[], key: string): Promise<CloudsFile | undefined> {
  for (const file of files) {
    let content: string;
    try {
      content = await readFile(file, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      throw new IronicImagesError("clouds-file-unreadable", `${file}: cannot be read (${code}); check its permissions`);
    }
    return { file, clouds: parsed(content, file, key) };
  }
  return undefined;
}

function parsed(content: string, file: string, key: string): Record<string, CloudEntry> {
  // The failsafe schema keeps every scalar as text: a password of digits stays what was written.
  const document = parseDocument(content, { schema: "failsafe", merge: true, prettyErrors: false });
  const mistake = document.errors[0];
  if (mistake !== undefined) {
    // Only place and kind: the parser's own message may quote the line, and a line may hold a secret.
    const line = content.slice(0, mistake.pos[0]).split("\n").length;
    throw new IronicImagesError("clouds-file-unreadable", `${file}: line ${line} is not YAML (${mistake.code})`);
  }
  const clouds = z.looseObject({ [key]: entries }).safeParse(resolved(document, file));
  if (clouds.success) return clouds.data[key] as Record<string, CloudEntry>;
  const at = clouds.error.issues[0]?.path.join(".") || key;
  throw new IronicImagesError(
    "clouds-file-unreadable",
    `${file}: ${at}: must be a mapping, like the clouds.yaml of openstacksdk`,
  );
}

function resolved(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw new IronicImagesError(
      "clouds-file-unreadable",
      `${file}: an alias has no anchor before it, or there are too many`,
    );
  }
}

function pick(name: string, { file, clouds }: CloudsFile, what: string): CloudEntry {
  const entry = Object.hasOwn(clouds, name) ? clouds[name] : undefined;
  if (entry !== undefined) return entry;
  const names = Object.keys(clouds);
  throw new IronicImagesError(
    "cloud-not-found",
    `${what} ${name} is not in ${file}; it has ${names.length === 0 ? "none" : names.join(", ")}`,
  );
}
