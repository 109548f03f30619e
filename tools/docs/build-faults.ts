import type { FaultGroup } from "./fault.ts";

/** What goes wrong in a build. */
export const buildFaults: FaultGroup = {
  title: "Build",
  faults: [
    {
      number: 1,
      fault: "pulumi is killed with SIGKILL during a build",
      expected:
        "the build ends by its lease, or the next `up` goes on with it: never two; no process, mount or loop device stays",
    },
    {
      number: 2,
      fault: "the job, or the leader of diskimage-builder's processes, is killed with SIGKILL",
      expected:
        "no process, mount or loop device stays, the lock is free, temporary directories are swept without leaving their file system; the next `up` builds",
    },
    {
      number: 3,
      fault: "Ctrl-C once, Ctrl-C twice, SIGTERM",
      expected:
        "the hooks end, diskimage-builder cleans up, the error says that it was cancelled; nothing is published",
    },
    {
      number: 4,
      fault: "a build that hangs: a hook sleeps, or waits for an answer on its input",
      expected:
        "standard input is /dev/null, nothing asks; the timeout names the hook that runs, and the whole tree of processes is dead within 10 s",
    },
    {
      number: 5,
      fault: "a build that hangs and prints without end",
      expected: "the timeout ends it all the same; the log has a limit",
    },
    {
      number: 6,
      fault: "a log of 5 GiB, binary bytes, a line of 100 MiB, invalid UTF-8",
      expected: "memory stays flat, the log has a limit and keeps its end; nothing of it gets into the state",
    },
    {
      number: 7,
      fault: "the builder says that all is well, and image, kernel or ramdisk is missing or empty",
      expected: "the build fails and names the file; nothing is published",
    },
    { number: 8, fault: "the builder fails after it wrote its outputs", expected: "the outputs are not used" },
    {
      number: 9,
      fault: "several kernels in an image, or none that fits",
      expected:
        "which one was taken is the builder's rule, and what it took must be a kernel, with the ramdisk of the same build",
    },
    {
      number: 10,
      fault: "disk full in the build directory, in the store, at the log",
      expected: "the error names path and bytes; nothing temporary stays, and the store is whole",
    },
    {
      number: 11,
      fault: "too little memory: for a tmpfs, or for a hook that is killed for it",
      expected: "no build uses a tmpfs that does not fit; that a hook was killed is said, and everything is cleaned up",
    },
    {
      number: 12,
      fault: "an element that does not exist, a hook that two elements have, elements that need each other",
      expected:
        "refused in the preview, with the directories that were searched; elements that need each other are each taken once, as diskimage-builder does",
    },
    {
      number: 13,
      fault: "an element or package named `a;touch x`, `$(x)`, `../../etc`, `-x`, or with a space or a newline",
      expected: "refused in the preview with key and reason; nothing of it is executed",
    },
    {
      number: 14,
      fault: "a release, mirror or proxy with shell code in it",
      expected: "refused in the preview, or kept a text: diskimage-builder passes some of them to a shell of root",
    },
    {
      number: 15,
      fault: "a project or output path with a space, quote, newline, `*`, unicode or 300 bytes",
      expected:
        "it works: a build runs in a directory with a short safe name, and its outputs are moved; or it is refused",
    },
    {
      number: 16,
      fault: "an image of an earlier build lies where the builder works",
      expected: "it cannot: each build has a fresh directory of its own",
    },
    {
      number: 17,
      fault: "`break=after-error`, or `DIB_*`, `GIT_*`, `LD_*`, `BASH_ENV` in the operator's environment",
      expected: "they do not reach the build, and no debug shell starts: the environment is made from nothing",
    },
    {
      number: 18,
      fault: "not root, and no sudo, loop device or device-mapper",
      expected: "each thing that is missing is named before a build; partition images do not ask for device-mapper",
    },
    {
      number: 19,
      fault: "two `up` of the same fingerprint at once on one host",
      expected: "one builds, the other waits and uses it; both succeed",
    },
    {
      number: 20,
      fault: "two `up` of different fingerprints at once",
      expected: "no more builds at once than there are slots; no name and no cache is shared",
    },
    {
      number: 21,
      fault: "the clock jumps by a day, forward or back",
      expected: "no timeout and no lease ends early or never: they run on a monotonic clock",
    },
  ],
};
