import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** What a figure depends on, and nothing that names the machine. */
export function machineText(osRelease = readOsRelease()): string {
  const all = cpus();
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? "Linux";
  const model = all[0]?.model.replace(/\s+/g, " ").trim() ?? "";
  const processors = `${all.length} processors${model === "" || model === "unknown" ? "" : ` (${model})`}`;
  return `${name}, ${processors}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

function readOsRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
