// What a program needs: the resource plugins that its packages name, and the packages themselves.
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

/**
 * A resource plugin that a package names; the last two as pulumi.parameterization and pulumi.extensionParameterization have them.
 * @typedef {{ name: string, version: string, server: string, parameterization?: object, extension?: object }} Plugin
 */

/**
 * The resource plugins of all packages below `directory`, found as the official host finds them: every package.json below a
 * node_modules that has `pulumi.resource: true`. Policy packs are left alone: their plugins are not the program's.
 * @returns {{ plugins: Plugin[], sdks: { path: string, version: string }[] }} sdks: every @pulumi/pulumi that was met
 */
export function findPlugins(directory) {
  /** @type {{ plugins: Plugin[], sdks: { path: string, version: string }[] }} */
  const found = { plugins: [], sdks: [] };
  walk(
    attempt(() => realpathSync(directory)),
    false,
    new Set(),
    found,
  );
  return found;
}

/** Synchronous, because a program waits for some thousand small answers: several times as fast so. */
function walk(directory, inNodeModules, visited, found) {
  if (directory === undefined || visited.has(directory)) return;
  visited.add(directory);
  const entries = attempt(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  const below = inNodeModules || path.basename(directory) === "node_modules";
  if (entries.some((entry) => /^PulumiPolicy\.ya?ml$/.test(entry.name))) return;
  for (const entry of entries) {
    const entryPath = path.join(directory, entry.name);
    // Outside node_modules, hidden directories hold caches and artifacts: large, and without packages.
    const worthwhile = below || !entry.name.startsWith(".");
    if (inNodeModules && entry.name === "package.json") readManifest(entryPath, found);
    else if (entry.isDirectory() && worthwhile) walk(entryPath, below, visited, found);
    else if (entry.isSymbolicLink() && worthwhile)
      walk(
        attempt(() => realDirectory(entryPath)),
        below,
        visited,
        found,
      );
  }
}

function realDirectory(link) {
  const real = realpathSync(link);
  return statSync(real).isDirectory() ? real : undefined;
}

function readManifest(file, found) {
  const text = attempt(() => readFileSync(file, "utf8")) ?? "";
  // Most packages have nothing to do with Pulumi, and need no parsing.
  const manifest = text.includes("pulumi") ? attempt(() => JSON.parse(text)) : undefined;
  if (manifest === undefined) return;
  if (manifest.name === "@pulumi/pulumi" && typeof manifest.version === "string")
    found.sdks.push({ path: file, version: manifest.version });
  const plugin = pluginOf(manifest);
  if (plugin !== undefined) found.plugins.push(plugin);
}

/** What cannot be read is passed over: a package that is being installed, a link to nowhere. */
function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
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
 * @returns {{ name: string, version: string }[]} the version is empty for what is not installed
 */
export function programDependencies(directory, transitive) {
  const json = (...parts) => attempt(() => JSON.parse(readFileSync(path.join(directory, ...parts), "utf8"))) ?? {};
  if (transitive) {
    const folder = "node_modules/";
    return Object.entries(json("package-lock.json").packages ?? {})
      .filter(([location, { version }]) => location.includes(folder) && version)
      .map(([location, { version }]) => ({
        name: location.slice(location.lastIndexOf(folder) + folder.length),
        version,
      }));
  }
  const manifest = json("package.json");
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return names.map((name) => ({ name, version: json("node_modules", name, "package.json").version ?? "" }));
}
