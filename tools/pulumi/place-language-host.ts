import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { languageHostName } from "./installed.ts";

const source = fileURLToPath(new URL("language-host/", import.meta.url));

/** The launcher: whatever `node` comes first on PATH runs the host that lies beside the launcher. */
const launcher = `#!/bin/sh
exec node "$(dirname "$(readlink -f "$0")")/language-host/main.mjs" "$@"
`;

/** The engine's program for dynamic providers comes with the SDK. */
const dynamicProvider = "pulumi-resource-pulumi-nodejs";

/**
 * Puts our Node language host and the SDK's dynamic-provider launcher beside an engine that we built, and brings them up to
 * date there. Each file is replaced whole, so that a running engine never starts half a file.
 */
export async function placeLanguageHost(binDirectory: string): Promise<void> {
  await mkdir(join(binDirectory, "language-host"), { recursive: true });
  for (const name of await readdir(source))
    await replace(join(binDirectory, "language-host", name), await readFile(join(source, name)), 0o644);
  await replace(join(binDirectory, languageHostName), Buffer.from(launcher), 0o755);
  const sdk = dirname(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  await replace(join(binDirectory, dynamicProvider), await readFile(join(sdk, dynamicProvider)), 0o755);
}

async function replace(path: string, content: Buffer, mode: number): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(content) === true) return;
  const next = `${path}.${process.pid}`;
  await writeFile(next, content);
  await chmod(next, mode);
  await rename(next, path);
}
