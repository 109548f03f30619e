import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { z } from "zod";
import { IronicImagesError } from "../../core/errors.ts";
import type { Cloud } from "../../core/openstack/clouds.ts";
import { lastLines } from "../text.ts";
import { conductorEnvironment } from "./conductor-environment.ts";
import { hostSeenByNode, ironicConf } from "./ironic-conf.ts";

/** A real Ironic on loopback, API and conductor. */
export interface RunningIronic {
  /** Of the API, without `/v1`. */
  readonly endpoint: string;
  /** Port on 127.0.0.1 of what nodes fetch over HTTP. */
  readonly filesPort: number;
  /** What nodes fetch: kernels, ramdisks, boot scripts, images. */
  readonly httpRoot: string;
  /** Logs of the agents of deploys that failed, and of those that did not. */
  readonly agentLogs: string;
  readonly log: string;
  /** Ends it, with all that it has started. */
  stop(): Promise<void>;
}

const server = join(import.meta.dirname, "server", "main.py");
const portsSchema = z.object({ apiPort: z.number(), filesPort: z.number() });
const readySchema = z.object({ ready: z.literal(true) });

/** What Ironic does not make itself. */
const folders = ["http/agent_images", "tmp", "certificates", "deploy-logs", "tftp", "images", "instance_master"];

/**
 * Starts Ironic with its state in an empty `directory`, with Python from `virtualenv` (see tools/python, lock file `ironic`). It ends
 * with this process, however that ends.
 *
 * @param cloud the conductor's account
 * @param signal ends it while it starts
 * @throws IronicImagesError `ironic-failed`, with nothing left running
 */
export async function startIronic({
  directory,
  virtualenv,
  cloud,
  signal,
}: {
  directory: string;
  virtualenv: string;
  cloud: Cloud;
  signal: AbortSignal;
}): Promise<RunningIronic> {
  for (const folder of folders) await mkdir(join(directory, folder), { recursive: true, mode: 0o700 });
  const caFile = cloud.tls.ca === undefined ? undefined : join(directory, "ca.pem");
  if (caFile !== undefined) await writeFile(caFile, cloud.tls.ca ?? "");
  const log = join(directory, "ironic.log");
  const python = execa(join(virtualenv, "bin/python"), ["-E", "-s", "-B", server, directory, hostSeenByNode], {
    env: conductorEnvironment(process.env, directory, virtualenv),
    extendEnv: false,
    reject: false,
    stdin: "pipe",
    stderr: { file: join(directory, "ironic.out") },
    buffer: false,
  });
  const stop = async () => {
    python.stdin.end();
    await python;
  };
  const abandon = () => void stop();
  signal.addEventListener("abort", abandon);
  try {
    signal.throwIfAborted();
    const said = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
    const { apiPort, filesPort } = portsSchema.parse(await line(said));
    const place = { directory, apiPort, filesPort, cloud, ...(caFile === undefined ? {} : { caFile }) };
    await writeFile(join(directory, "ironic.conf"), ironicConf(place), { mode: 0o600 });
    python.stdin.write("\n");
    readySchema.parse(await line(said));
    return {
      endpoint: `http://127.0.0.1:${apiPort}`,
      filesPort,
      httpRoot: join(directory, "http"),
      agentLogs: join(directory, "deploy-logs"),
      log,
      stop,
    };
  } catch (error) {
    await stop();
    throw new IronicImagesError("ironic-failed", `Ironic did not start; its log: ${log}`, await lastWords(directory), {
      cause: error,
    });
  } finally {
    signal.removeEventListener("abort", abandon);
  }
}

async function line(lines: AsyncIterator<string>): Promise<unknown> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("Ironic ended");
  return JSON.parse(value);
}

async function lastWords(directory: string): Promise<string> {
  return lastLines(await readFile(join(directory, "ironic.out"), "utf8").catch(() => ""));
}
