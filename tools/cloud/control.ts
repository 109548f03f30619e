import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa, ExecaError } from "execa";
import { z } from "zod";
import { IronicImagesError } from "../../core/errors.ts";
import { findPython } from "../python/interpreter.ts";

const statusSchema = z.object({
  running: z.partialRecord(z.enum(["keystone", "glance"]), z.number()),
  healthy: z.boolean(),
  ports: z.partialRecord(z.enum(["keystone", "glance"]), z.number()),
  processes: z.number(),
  started: z.boolean().optional(),
});

/** The state of a local cloud. */
export interface CloudStatus {
  /** Pids of the servers that run. */
  readonly running: Readonly<{ keystone?: number | undefined; glance?: number | undefined }>;
  /** Both run, are ours, and answer to clouds.yaml. */
  readonly healthy: boolean;
  readonly ports: Readonly<{ keystone?: number | undefined; glance?: number | undefined }>;
  /** How many processes there are, workers and what a crash has left included. */
  readonly processes: number;
}

const server = join(import.meta.dirname, "server", "main.py");

/** Where clients find the clouds `local` (an operator), `other` (a plain user of another project) and `admin`. */
export function cloudsFile(directory: string): string {
  return join(directory, "clouds.yaml");
}

/**
 * Starts Keystone and Glance with their state in `directory`, with Python from `virtualenv` (see tools/python, lock file
 * `cloud`). They outlive this process. What runs already stays; `started` tells.
 * @throws IronicImagesError `cloud-failed`, with nothing left running
 */
export async function startCloud({
  directory,
  virtualenv,
}: {
  directory: string;
  virtualenv: string;
}): Promise<CloudStatus & { started: boolean }> {
  const status = statusSchema.parse(await control(join(virtualenv, "bin/python"), "up", directory));
  return { ...status, started: status.started === true };
}

/** Ends the servers of `directory`, and only those; false if none ran. The images stay. */
export async function stopCloud(directory: string): Promise<boolean> {
  if (!existsSync(directory)) return false;
  const { executable } = await findPython();
  return z.object({ stopped: z.boolean() }).parse(await control(executable, "down", directory)).stopped;
}

/** What runs in `directory` at the moment. */
export async function cloudStatus(directory: string): Promise<CloudStatus> {
  if (!existsSync(directory)) return { running: {}, healthy: false, ports: {}, processes: 0 };
  const { executable } = await findPython();
  return statusSchema.parse(await control(executable, "status", directory));
}

async function control(python: string, command: "up" | "down" | "status", directory: string): Promise<unknown> {
  try {
    // Nothing of the caller's Python settings; a started server must not keep our output open, so only its own files are its.
    const { stdout } = await execa(python, ["-E", "-s", "-B", server, command, directory], { stdin: "ignore" });
    return JSON.parse(stdout);
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new IronicImagesError(
      "cloud-failed",
      `the local cloud in ${directory} did not do as asked (${command}); its logs are there`,
      String(error.stderr ?? error.shortMessage),
      { cause: error },
    );
  }
}
