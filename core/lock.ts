import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { IronicImagesError } from "./errors.ts";

/** A lock on a file, held across processes. The kernel lets go of it when this process ends, however it ends. */
export interface Lock {
  /** Descriptor that carries the lock: a child that inherits it holds the lock too, until both have closed it. */
  readonly fd: number;
  /** Lets go of the lock; a second call does nothing. The file stays: removing it would split the lock in two. */
  release(): void;
}

/** What flock(1) is told to answer when somebody else has the lock; it uses small numbers and sysexits itself. */
const busy = 99;

/** How a lock is taken. */
export interface LockOptions {
  /** Wait for the lock; otherwise the answer is undefined when somebody has it. */
  readonly wait: boolean;
  /** Ends the waiting, by throwing its reason. */
  readonly signal?: AbortSignal;
  /** Several may hold a shared lock at once, and none while somebody has an exclusive one, which is the default. */
  readonly shared?: boolean;
  /** The lock is on a directory that exists. */
  readonly directory?: boolean;
}

/**
 * Takes a lock on a file, which is made with its directories if there is none, or on a directory.
 * @throws IronicImagesError `host-tool-missing` without flock(1), `lock-failed`; system errors of open(2)
 */
export async function acquireLock(path: string, options: LockOptions & { readonly wait: true }): Promise<Lock>;
export async function acquireLock(path: string, options: LockOptions): Promise<Lock | undefined>;
export async function acquireLock(path: string, options: LockOptions): Promise<Lock | undefined> {
  // A plain descriptor: a FileHandle would be closed, and the lock lost, when nothing refers to it any more.
  const fd = options.directory === true ? openSync(path, readDirectory) : openLockFile(path);
  const outcome = await flock(path, fd, options).catch((error: unknown) => {
    closeSync(fd);
    throw error;
  });
  if (outcome === "busy") {
    closeSync(fd);
    return undefined;
  }
  let held = true;
  return {
    fd,
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

const readDirectory = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

function openLockFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, "a", 0o600);
}

/** Node has no flock(2). The lock belongs to the open file, which flock(1) inherits as its standard input, and stays when flock(1) ends. */
async function flock(path: string, fd: number, options: LockOptions): Promise<"held" | "busy"> {
  // Many may look again and again for their turn: a process each time would keep the processors from those who work.
  if (!options.wait && isListed(fd, options.shared === true ? /WRITE/ : /READ|WRITE/)) return "busy";
  const kind = options.shared === true ? "--shared" : "--exclusive";
  const mode = options.wait ? [] : ["--nonblock", "--conflict-exit-code", String(busy)];
  // Loaded where it is needed: a preview and an `up` without changes run no process, and it is a fifth of what they would load.
  const { execa, ExecaError } = await import("execa");
  try {
    await execa("flock", [kind, ...mode, "0"], {
      // Any descriptor will do, but execa's types end at 9.
      stdin: fd as 3,
      // No pipes: Node 24 leaks them when a process cannot be started for want of descriptors.
      stdout: "ignore",
      stderr: "ignore",
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    return "held";
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    if (error.exitCode === busy) return "busy";
    if (error.code === "ENOENT") {
      throw new IronicImagesError(
        "host-tool-missing",
        "flock is not on this machine; install it (Debian: util-linux)",
        "",
        { cause: error },
      );
    }
    // flock(1) was not started at all, e.g. EMFILE.
    if (error.code !== undefined && error.exitCode === undefined) throw error.cause ?? error;
    throw new IronicImagesError(
      "lock-failed",
      `${path} cannot be locked; does its file system know locks?`,
      error.shortMessage,
      { cause: error },
    );
  }
}

/** Whether the kernel lists such a lock of flock(2) on an open file (proc_locks(5)). It leaves out what is held in another PID namespace. */
function isListed(fd: number, kind: RegExp): boolean {
  const { dev, ino } = fstatSync(fd);
  const hex = (number: number) => number.toString(16).padStart(2, "0");
  const file = ` ${hex((dev >> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >> 12) & 0xfff00))}:${ino} `;
  return locks().some((line) => /^\d+: FLOCK /.test(line) && kind.test(line) && line.includes(file));
}

function locks(): string[] {
  try {
    return readFileSync("/proc/locks", "latin1").split("\n");
  } catch {
    return [];
  }
}
