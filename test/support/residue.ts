import assert from "node:assert/strict";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { listeningAddresses } from "./listening.ts";

// Everything is found by a directory: its path in arguments, environments, open files and mounts, its inodes in locks and
// loop devices. So what others do on the same machine does not count, and what changed its name or namespace does.

/**
 * What the work in a directory has left on this machine: processes (with the ports that they listen on), mounts, loop
 * devices, locks that are held, sockets, and temporary names. One line each; nothing of it is empty.
 *
 * @param directory absolute; everything of the test lies in it, projects and caches alike
 */
export async function residue(directory: string): Promise<string[]> {
  return [...(await liveResidue(directory)), ...temporaryNames(directory)];
}

/** The same without temporary names: after a kill they may stay until the next run sweeps them. */
export async function liveResidue(directory: string): Promise<string[]> {
  const real = existsSync(directory) ? realpathSync(directory) : directory;
  // In this order: what a process holds in the moment of its end is gone with it.
  const processes = processesOf(real);
  const inodes = inodesBelow(real);
  return [...processes, ...mountsBelow(real), ...(await loopDevices(real, inodes)), ...heldLocks(inodes)];
}

/** Fails with the list if something is left after so many seconds; what ends by itself within them is no residue. */
export async function assertNoResidue(
  directory: string,
  options: { readonly seconds?: number; readonly live?: boolean } = {},
): Promise<void> {
  const look = options.live === true ? liveResidue : residue;
  const end = performance.now() + (options.seconds ?? 10) * 1000;
  // A look takes tens of milliseconds of a processor that what ends may need.
  for (let pause = 50; ; pause = Math.min(pause * 2, 800)) {
    const left = await look(directory);
    if (left.length === 0) return;
    if (performance.now() > end) assert.deepEqual(left, [], `left of the work in ${directory}`);
    await sleep(pause);
  }
}

/** Processes but this one and those above it that have to do with a directory, whatever namespace they are in. */
export function processIdsOf(directory: string): number[] {
  const name = namePattern(directory);
  const inFileSystem = namePattern(pathInFileSystem(directory));
  const ownNamespace = readLink("/proc/self/ns/mnt");
  const above = ancestors();
  const knows = (pid: number): boolean =>
    ["cmdline", "environ"].some((file) => name.test(read(`/proc/${pid}/${file}`))) ||
    ["cwd", "root", "exe"].some((link) => name.test(readLink(`/proc/${pid}/${link}`))) ||
    list(`/proc/${pid}/fd`).some((fd) => name.test(readLink(`/proc/${pid}/fd/${fd}`))) ||
    // A sandbox sees the directory under another name, but its mounts tell where they come from.
    (readLink(`/proc/${pid}/ns/mnt`) !== ownNamespace && inFileSystem.test(read(`/proc/${pid}/mountinfo`)));
  return list("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => !above.has(pid) && isAlive(pid) && knows(pid));
}

/** The words of a process, each ended by a blank; empty if it is gone. */
export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

/** Names that only something unfinished has: half a build, half an artifact, half a download, a file before its rename. */
export function temporaryNames(directory: string): string[] {
  const isTemporary = (relative: string): boolean =>
    // The lock beside a build's directory holds nothing, and outlives it by a while.
    /(^|\/)\.images\/(builds|staging)\/[^/]+(?<!\.lock)$/.test(relative) ||
    /(^|\/)(\.new-[^/]*|\.(unpack|sdist|download)-[^/]*|[^/]*\.new)$/.test(relative) ||
    /(^|\/)import-[^/]*$/.test(relative);
  const found: string[] = [];
  const look = (relative: string): void => {
    for (const name of list(path.join(directory, relative))) {
      const inner = path.join(relative, name);
      const stats = lstatSync(path.join(directory, inner), { throwIfNoEntry: false });
      if (isTemporary(inner)) found.push(`temporary name ${inner}`);
      else if (stats?.isSocket()) found.push(`socket ${inner}`);
      else if (stats?.isDirectory() && name !== "node_modules") look(inner);
    }
  };
  look("");
  return found;
}

function processesOf(directory: string): string[] {
  return processIdsOf(directory).map((pid) => {
    const command = commandLine(pid).trim() || read(`/proc/${pid}/comm`).trim();
    const ports = listeningAddresses(pid);
    return `process ${pid}: ${command}${ports.length === 0 ? "" : `, listens on ${ports.join(", ")}`}`;
  });
}

/** Mount points in the namespace of this process. */
function mountsBelow(directory: string): string[] {
  return mountLines()
    .map(({ point }) => point)
    .filter((point) => point.startsWith(`${directory}/`))
    .map((point) => `mount ${point}`);
}

// A device whose file is deleted tells no inode that could be looked for. It is ours if it was not there before, and no build of others runs.
const deletedBefore = new Set((await loopTable()).filter(isDeleted).map(({ name }) => name));

function anybodyBuilds(): boolean {
  return list("/proc").some(
    (entry) => /^\d+$/.test(entry) && read(`/proc/${entry}/cmdline`).includes("sandbox/run.sh"),
  );
}

async function loopDevices(directory: string, inodes: ReadonlySet<string>): Promise<string[]> {
  return (await loopTable())
    .filter((loop) => {
      const isOurs = namePattern(directory).test(loop.file) || inodes.has(`${loop.device} ${loop.inode}`);
      const isNobodys = isDeleted(loop) && loop.file.startsWith("/mnt/") && !deletedBefore.has(loop.name);
      return isOurs || (isNobodys && !anybodyBuilds());
    })
    .map(({ name, file }) => `loop device ${name} of ${file}`);
}

interface Loop {
  readonly name: string;
  readonly file: string;
  /** `major:minor`. */
  readonly device: string;
  readonly inode: number;
}

async function loopTable(): Promise<Loop[]> {
  const columns = "NAME,BACK-FILE,BACK-MAJ:MIN,BACK-INO";
  const { stdout } = await execa("losetup", ["--list", "--json", "--output", columns], { reject: false });
  if (!stdout) return [];
  const { loopdevices } = JSON.parse(stdout) as { loopdevices: Record<string, string | number | null>[] };
  return loopdevices.map((loop) => ({
    name: String(loop["name"]),
    file: String(loop["back-file"]),
    device: String(loop["back-maj:min"]).replaceAll(" ", ""),
    inode: Number(loop["back-ino"]),
  }));
}

function isDeleted({ file }: Loop): boolean {
  return file.endsWith(" (deleted)");
}

function heldLocks(inodes: ReadonlySet<string>): string[] {
  return read("/proc/locks")
    .split("\n")
    .flatMap((line) => {
      const [, kind, pid, major, minor, inode] =
        /^\d+: (\S+)\s+\S+\s+\S+\s+(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line) ?? [];
      const key = `${parseInt(major ?? "", 16)}:${parseInt(minor ?? "", 16)} ${inode}`;
      return inodes.has(key) ? [`${kind} lock of process ${pid} on inode ${inode}`] : [];
    });
}

/** `major:minor inode` of everything below a directory. */
function inodesBelow(directory: string): Set<string> {
  const found = new Set<string>();
  const look = (at: string): void => {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats === undefined) return;
    found.add(`${(stats.dev >> 8) & 0xfff}:${(stats.dev & 0xff) | ((stats.dev >> 12) & 0xfff00)} ${stats.ino}`);
    if (stats.isDirectory()) for (const name of list(at)) look(path.join(at, name));
  };
  look(directory);
  return found;
}

function mountLines(): { root: string; point: string }[] {
  const plain = (text = ""): string =>
    text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return read("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" "))
    .map(([, , , root, point]) => ({ root: plain(root), point: plain(point) }));
}

/** A directory's path from the root of its file system, as mountinfo(5) of any namespace has it. */
function pathInFileSystem(directory: string): string {
  const mount = mountLines()
    .filter(({ point }) => point !== "" && `${directory}/`.startsWith(point === "/" ? "/" : `${point}/`))
    .reduce((longest, each) => (each.point.length >= longest.point.length ? each : longest), { root: "/", point: "/" });
  return path.join(mount.root, path.relative(mount.point, directory)).replaceAll(" ", "\\040");
}

function namePattern(directory: string): RegExp {
  return new RegExp(`${directory.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w.-])`);
}

function ancestors(): Set<number> {
  const found = new Set<number>();
  for (let pid = process.pid; pid > 0 && !found.has(pid);) {
    found.add(pid);
    pid = Number(/^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  }
  return found;
}

function isAlive(pid: number): boolean {
  return !/^State:\s*[ZX]/m.test(read(`/proc/${pid}/status`));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function readLink(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
