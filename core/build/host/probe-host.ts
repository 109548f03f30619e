import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { findBuilder, type BuilderKind, type InstalledBuilder } from "../builder/builder.ts";
import { knownCommands, type BuildHost } from "./preflight.ts";
import { privileged } from "./privileged.ts";
import { which } from "./which.ts";

/** Where root finds commands; a user's own PATH often lacks the sbin directories. */
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Looks at this machine. Changes nothing, but loads a kernel module that can be loaded. */
export async function probeHost(
  kind: BuilderKind,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<{ host: BuildHost; builder?: InstalledBuilder }> {
  const builder = await findBuilder(env["PATH"] ?? systemPath, kind);
  const found = await Promise.all(
    knownCommands.map(async (command) => ((await which(command, systemPath)) === undefined ? [] : [command])),
  );
  const isRoot = await succeeds(privileged(["true"]));
  const host: BuildHost = {
    platform: process.platform,
    privileged: isRoot,
    ...(builder === undefined ? {} : { builder: builder.versions }),
    commands: new Set(found.flat()),
    architectures: runnableArchitectures(),
    loopDevices: await hasLoopDevices(isRoot),
    namespaces: !isRoot || (await succeeds(privileged(["unshare", "--mount", "--pid", "--fork", "true"]))),
    vfat: (await knowsVfat()) || (isRoot && (await succeeds(privileged(["modprobe", "vfat"]))) && (await knowsVfat())),
    dockerenv: existsSync("/.dockerenv"),
  };
  return { host, ...(builder === undefined ? {} : { builder }) };
}

/** Versions of what decides an image besides the pinned builder, for the artifact's record. */
export async function toolVersions(builder: InstalledBuilder): Promise<Record<string, string>> {
  const version = async (command: string, pattern: RegExp): Promise<Record<string, string>> => {
    const { stdout } = await execa(command, ["--version"], { reject: false, env: { PATH: systemPath } });
    const found = pattern.exec(stdout ?? "")?.[1];
    return found === undefined ? {} : { [command]: found };
  };
  const kernel = (await readFile("/proc/sys/kernel/osrelease", "utf8")).trim();
  return {
    ...builder.versions,
    ...(await version("qemu-img", /version ([\d.]+)/)),
    ...(await version("debootstrap", /debootstrap ([\w.+~-]+)/)),
    kernel,
  };
}

/** In a container the kernel's loop devices can be there and out of reach. */
async function hasLoopDevices(isRoot: boolean): Promise<boolean> {
  const control = "/dev/loop-control";
  if (!existsSync(control) && isRoot) await succeeds(privileged(["modprobe", "loop"]));
  return existsSync(control) && (!isRoot || (await succeeds(privileged(["losetup", "--find"]))));
}

async function knowsVfat(): Promise<boolean> {
  return /\bvfat$/m.test(await readFile("/proc/filesystems", "utf8").catch(() => ""));
}

async function succeeds([command, ...words]: string[]): Promise<boolean> {
  const { exitCode } = await execa(command ?? "", words, { reject: false, stdin: "ignore", env: { PATH: systemPath } });
  return exitCode === 0;
}

/** By Debian's names. */
function runnableArchitectures(): Set<string> {
  const own = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  const emulated = [["x86_64", "amd64"] as const, ["aarch64", "arm64"] as const].flatMap(([cpu, name]) =>
    existsSync(`/proc/sys/fs/binfmt_misc/qemu-${cpu}`) ? [name] : [],
  );
  return new Set([...(own === undefined ? [] : [own]), ...emulated]);
}
