// What a program needs: the resource plugins that its packages name, and the packages themselves.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";

/**
 * A resource plugin that a package names; the last two as pulumi.parameterization and pulumi.extensionParameterization have them.
 * @typedef {{ name: string, version: string, server: string, parameterization?: object, extension?: object }} Plugin
 */

/**
 * The resource plugins of all packages below `directory`, found as the official host finds them: every package.json below a
 * node_modules that has `pulumi.resource: true`. Policy packs are left alone: their plugins are not the program's.
 * @returns {Promise<{ plugins: Plugin[], sdks: { path: string, version: string }[] }>} sdks: every @pulumi/pulumi that was met
 */
export async function findPlugins(directory) {
  /** @type {{ plugins: Plugin[], sdks: { path: string, version: string }[] }} */
  const found = { plugins: [], sdks: [] };
  await walk(directory, false, new Set(), found);
  return found;
}

async function walk(directory, inNodeModules, visited, found) {
  const real = await realpath(directory).catch(() => undefined);
  if (real === undefined || visited.has(real)) return;
  visited.add(real);
  const entries = await readdir(real, { withFileTypes: true }).catch(() => []);
  const below = inNodeModules || path.basename(directory) === "node_modules";
  if (!inNodeModules && entries.some((entry) => /^PulumiPolicy\.ya?ml$/.test(entry.name))) return;
  for (const entry of entries) {
    const entryPath = path.join(real, entry.name);
    if (inNodeModules && entry.name === "package.json") {
      await readManifest(entryPath, found);
    } else if (await isDirectory(entry, entryPath)) {
      // Outside node_modules, hidden directories hold caches and artifacts: large, and without packages.
      if (below || !entry.name.startsWith(".")) await walk(entryPath, below, visited, found);
    }
  }
}

async function isDirectory(entry, entryPath) {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return (await stat(entryPath).catch(() => undefined))?.isDirectory() === true;
}

async function readManifest(file, found) {
  const text = await readFile(file, "utf8").catch(() => "");
  // Most packages have nothing to do with Pulumi, and need no parsing.
  if (!text.includes("pulumi")) return;
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch {
    return;
  }
  if (manifest.name === "@pulumi/pulumi" && typeof manifest.version === "string") found.sdks.push({ path: file, version: manifest.version });
  const plugin = pluginOf(manifest);
  if (plugin !== undefined) found.plugins.push(plugin);
}

/**
 * The plugin that a package.json names. Only packages in the @pulumi scope may leave the name out.
 * @returns {Plugin | undefined}
 */
export function pluginOf(manifest) {
  const pulumi = manifest.pulumi;
  if (pulumi?.resource !== true) return undefined;
  const scoped = /^@pulumi\/(.+)$/.exec(manifest.name ?? "")?.[1];
  const name = pulumi.name || scoped;
  const version = pulumi.version || manifest.version;
  if (!name || !version) return undefined;
  return {
    name,
    version: version.startsWith("v") ? version : `v${version}`,
    server: pulumi.server ?? "",
    parameterization: pulumi.parameterization,
    extension: pulumi.extensionParameterization,
  };
}

/**
 * The packages of a program, by name: what its package.json asks for, as installed; with `transitive` all that is in its lock file.
 * @returns {Promise<{ name: string, version: string }[]>}
 */
export async function programDependencies(directory, transitive) {
  const json = async (...parts) => JSON.parse(await readFile(path.join(directory, ...parts), "utf8"));
  if (transitive) {
    const { packages = {} } = await json("package-lock.json").catch(() => ({}));
    return Object.entries(packages).flatMap(([location, { version }]) =>
      location.includes("node_modules/") && version ? [{ name: location.slice(location.lastIndexOf("node_modules/") + "node_modules/".length), version }] : [],
    );
  }
  const manifest = await json("package.json").catch(() => ({}));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const installed = names.map(async (name) => ({ name, version: (await json("node_modules", name, "package.json").catch(() => ({}))).version ?? "" }));
  return Promise.all(installed);
}
