// Whether this Node can run the program at all.
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * The program runs under the same Node as this host, the first on PATH.
 * @throws Error of one sentence when it is not in the range of engines.node in the program's package.json
 */
export function requireNode(directory, semver) {
  const range = nodeRange(directory);
  if (range === undefined || semver.satisfies(process.version, range, { includePrerelease: true })) return;
  throw new Error(
    `this program needs Node ${range} (engines.node in its package.json), but the first node on PATH is ${process.version} (${process.execPath}): put a newer one first on PATH`,
  );
}

function nodeRange(directory) {
  try {
    const range = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8")).engines?.node;
    return typeof range === "string" ? range : undefined;
  } catch {
    return undefined;
  }
}
