import { join } from "node:path";

/** The files that host and guest hand each other, in a directory that both see under the same path. */
export function exchangeFiles(exchange: string) {
  return {
    /** Copy of guest-init.sh: a kernel's command line cannot hold every path that a checkout can have. */
    init: join(exchange, "guest-init.sh"),
    /** Words of `env`, each ended by NUL: variables, then the command that builds. */
    command: join(exchange, "command"),
    job: join(exchange, "job.json"),
    elements: join(exchange, "elements"),
    /** The guest's work disk, a sparse file. */
    disk: join(exchange, "disk.img"),
    artifact: join(exchange, "artifact"),
    /** The build's log, when it failed. */
    log: join(exchange, "build.log"),
    result: join(exchange, "result.json"),
  } as const;
}

/** How the build in the guest ended. */
export type GuestResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly summary: string; readonly details: string };
