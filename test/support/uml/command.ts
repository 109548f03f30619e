/** A guest to start. */
export interface Guest {
  /** Directory that host and guest share; its path has only characters that a kernel's command line takes. */
  readonly exchange: string;
  /** Script that the guest runs as its first process. */
  readonly init: string;
  /** Sparse file for its work disk. */
  readonly disk: string;
  /** Megabytes of memory: a file in the host's /dev/shm, used as it fills. */
  readonly memory: number;
  /** Processor that everything of the guest runs on. */
  readonly cpu: number;
}

/**
 * The command that runs a guest on the host's own root file system, read only. Nothing of it outlives the caller.
 *
 * One processor: every system call and page fault of a guest's process is a switch between two processes of the host
 * (ptrace), which takes less than half the time when both are on one processor (a fork 7 ms instead of 21).
 */
export function guestCommand({ exchange, init, disk, memory, cpu }: Guest): string[] {
  return [
    ...["setpriv", "--pdeathsig", "KILL"],
    ...["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"],
    // A shell as the first process of the namespace: the kernel's panic is an abort(), which a first process would ignore for ever.
    ...["sh", "-c", '"$@"; exit $?', "guest"],
    ...["taskset", "--cpu-list", String(cpu)],
    "linux.uml",
    `mem=${memory}M`,
    `uml_dir=${exchange}/`,
    ...["root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro"],
    `init=${init}`,
    `ubda=${disk}`,
    "eth0=slirp,,/usr/bin/slirp-fullbolt",
    ...["con=null", "con0=fd:0,fd:1", "quiet"],
  ];
}

/** The processors of `Cpus_allowed_list` in /proc/self/status, e.g. `0-1,4`. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(",")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** Megabytes for a guest on a host with so many bytes of memory; a Debian build fits in 1 GiB, more is file cache. */
export function guestMemory(hostBytes: number): number {
  return Math.max(1024, Math.min(3072, Math.floor(hostBytes / 2 ** 21)));
}
