import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { languageHostName } from "./installed.ts";

const source = fileURLToPath(new URL("language-host/", import.meta.url));

/** The launcher: whatever `node` comes first on PATH runs the host that lies beside the launcher. */
const launcher = `#!/bin/sh
exec node "$(dirname "$(readlink -f "$0")")/language-host/main.mjs" "$@"
`;

/** The engine's program for dynamic providers. */
const dynamicProvider = "pulumi-resource-pulumi-nodejs";

/**
 * As the SDK's own launcher, for any project; in ours the provider starts with providers/lazy-sdk.ts and with little room for young objects, which
 * the engine gives no other way to say. Where the SDK lies in its usual place, Node is not started only to find it.
 */
const providerLauncher = `#!/bin/sh
script=node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js
[ -f "$script" ] || script=$(node -e "console.log(require.resolve('@pulumi/pulumi/cmd/dynamic-provider'))") || exit 1
[ -f providers/lazy-sdk.ts ] || exec node "$script" "$@"
exec node --max-semi-space-size=4 --import ./providers/lazy-sdk.ts "$script" "$@"
`;

/**
 * Puts our Node language host and the launcher of dynamic providers beside an engine that we built, and brings them up to
 * date there. Each file is replaced whole, so that a running engine never starts half a file.
 */
export async function placeLanguageHost(binDirectory: string): Promise<void> {
  await mkdir(join(binDirectory, "language-host"), { recursive: true });
  for (const name of await readdir(source))
    await replace(join(binDirectory, "language-host", name), await readFile(join(source, name)), 0o644);
  await replace(join(binDirectory, languageHostName), Buffer.from(launcher), 0o755);
  await replace(join(binDirectory, dynamicProvider), Buffer.from(providerLauncher), 0o755);
}

async function replace(path: string, content: Buffer, mode: number): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(content) === true) return;
  const next = `${path}.${process.pid}`;
  await writeFile(next, content);
  await chmod(next, mode);
  await rename(next, path);
}
