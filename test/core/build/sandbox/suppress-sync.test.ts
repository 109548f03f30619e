import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { withSmallDisk } from "../../../support/small-disk.ts";
import { temporaryDirectory } from "../../../support/temporary-directory.ts";
import { cannotBuild, makeProject, playedBuilder, playedJob, realBuilder, tiny } from "../support.ts";

const script = fileURLToPath(new URL("../../../../core/build/sandbox/suppress_sync.py", import.meta.url));
const skip = cannotBuild() ?? false;
const skipReal = skip || (realBuilder() === undefined ? "needs the pinned diskimage-builder on PATH" : false);

/** What Python prints, as itself and under the filter. */
async function bothWays(program: string): Promise<{ plain: string; suppressed: string }> {
  const words = ["python3", "-c", program];
  const [plain, suppressed] = await Promise.all([
    execa("env", words, { reject: false }),
    execa("python3", ["-ISB", script, ...words], { reject: false }),
  ]);
  return { plain: plain.stdout, suppressed: suppressed.stdout };
}

const asked = `
import ctypes
libc = ctypes.CDLL(None)
def ask(name, *words):
    print(name, getattr(libc, name)(*words))
ask("fsync", -1)
ask("fdatasync", -1)
ask("msync", 1, 1, 255)
ask("sync_file_range", -1, ctypes.c_int64(0), ctypes.c_int64(0), 0)
ask("syncfs", -1)
ask("syncfs", 1000)
ask("close", -1)
`;

test(
  "what waits for the disk is answered with success, whatever was asked; the descriptor of our fstrim and the rest are the kernel's",
  { skip },
  async () => {
    assert.deepEqual(await bothWays(asked), {
      plain: "fsync -1\nfdatasync -1\nmsync -1\nsync_file_range -1\nsyncfs -1\nsyncfs -1\nclose -1",
      suppressed: "fsync 0\nfdatasync 0\nmsync 0\nsync_file_range 0\nsyncfs 0\nsyncfs -1\nclose -1",
    });
  },
);

// push rbx; mov eax, NUMBER; mov ebx, -1; int 0x80; pop rbx; ret
const as32Bit = `
import ctypes, mmap, struct
def ask(number):
    code = b"\\x53\\xb8" + struct.pack("<I", number) + b"\\xbb\\xff\\xff\\xff\\xff\\xcd\\x80\\x5b\\xc3"
    page = mmap.mmap(-1, len(code), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
syscall = ctypes.CDLL(None).syscall
print([ask(number) for number in (118, 148, 6)], [syscall(0x40000000 + number, -1) for number in (74, 75, 3)])
`;

test("programs of i386 and x32 are answered as those of x86_64 are", { skip }, async (t) => {
  if (process.arch !== "x64") return t.skip("needs x86_64");
  const { plain, suppressed } = await bothWays(as32Bit);
  if (plain === "") return t.skip("needs a kernel that runs programs of i386");
  assert.equal(plain, "[-9, -9, -9] [-1, -1, -1]");
  assert.equal(suppressed, "[0, 0, -9] [0, 0, -1]");
});

test("sync leaves what is dirty in memory, of one file system too, and our fstrim writes it", { skip }, async (t) => {
  const mounted = join(temporaryDirectory(t), "mounted");
  await withSmallDisk(mounted, 64, "ext4", async () => {
    await execa("mount", ["-o", "remount,commit=300", mounted]);
    const { stdout: loop } = await execa("findmnt", ["--noheadings", "--output", "SOURCE", mounted]);
    const written = (): number =>
      Number(
        readFileSync(`/sys/class/block/${loop.slice("/dev/".length)}/stat`, "utf8")
          .trim()
          .split(/\s+/)[6],
      );
    let files = 0;
    const writtenBy = async (...command: string[]): Promise<number> => {
      // A file of its own: ext4 writes one that replaces another when it is closed.
      await execa("dd", ["if=/dev/urandom", `of=${mounted}/file-${files++}`, "bs=1M", "count=2"]);
      const before = written();
      await execa("python3", ["-ISB", script, ...command]);
      return written() - before;
    };
    const sectors = 4096;
    for (const command of [["sync"], ["sync", "--file-system", mounted]]) {
      const least: number[] = [];
      // Anybody on this machine may say sync at the same moment, but not each time.
      for (let attempt = 0; attempt < 5 && Math.min(...least) >= sectors; attempt++)
        least.push(await writtenBy(...command));
      assert.ok(Math.min(...least) < sectors, `${command.join(" ")} wrote ${least.join(", ")} sectors`);
    }
    assert.ok((await writtenBy("python3", join(script, "../fstrim.py"), "/bin/true", mounted)) >= sectors);
  });
});

test(
  "the command inherits signals as it would have without the filter, and its exit status is its own",
  { skip },
  async () => {
    const { plain, suppressed } = await bothWays(
      `print([line for line in open("/proc/self/status") if line.split(":")[0] in ("SigBlk", "SigIgn", "SigCgt", "NoNewPrivs")])`,
    );
    assert.equal(suppressed, plain);
    const { exitCode } = await execa("python3", ["-ISB", script, "sh", "-c", "exit 42"], { reject: false });
    assert.equal(exitCode, 42);
  },
);

// Takes the filter of the script itself, with seccomp(2) for the only number and EINVAL for the answer.
const withoutSeccomp = `
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
sys.dont_write_bytecode = True
import suppress_sync
machine = os.uname().machine
seccomp, (native, *_) = suppress_sync.MACHINES[machine]
suppress_sync.MACHINES[machine] = (seccomp, ((native[0], (seccomp,), native[2]),))
suppress_sync.DONE |= 22
suppress_sync.suppress()
os.execvp("python3", ["python3", "-ISB", *sys.argv[1:]])
`;

test(
  "without seccomp filters in the kernel the command runs, and one line says that it waits for the disk",
  { skip },
  async () => {
    const { stdout, stderr } = await execa("python3", ["-c", withoutSeccomp, script, "python3", "-c", asked]);
    assert.match(stdout, /^fsync -1\n/);
    assert.equal(
      stderr,
      "suppress_sync.py: no seccomp filter ([Errno 22] Invalid argument): this build waits for the disk",
    );
  },
);

for (const [suppressSync, mode] of [
  [undefined, 2],
  [false, 0],
] as const) {
  test(
    `a played build with suppressSync ${suppressSync ?? "by default"} runs in seccomp mode ${mode}`,
    { skip },
    async (t) => {
      const project = makeProject(t, { path: playedBuilder(t) });
      const { record } = await project.build(playedJob(project, "status"), { suppressSync });
      const status = readFileSync(project.artifact(record, "manifest", "status"), "utf8");
      assert.match(status, new RegExp(`^Seccomp:\\s${mode}$`, "m"));
      assert.match(status, /^NoNewPrivs:\s0$/m);
    },
  );
}

test(
  "what a hook deletes last of all is not in the image, though nothing waited for the disk",
  { skip: skipReal },
  async (t) => {
    const project = makeProject(t);
    // Written through, so that it lies on the disk before it is deleted, and afterwards only a discard takes it away.
    project.hook(
      "tiny/cleanup.d/9999-late",
      `grep -q '^Seccomp:.*2$' /proc/self/status
    for i in $(seq 65536); do echo "deleted-$((6 * 7))-text $i"; done | dd of="$TARGET_ROOT/late" bs=1M oflag=dsync iflag=fullblock
    rm "$TARGET_ROOT/late"`,
    );
    const { record } = await project.build(project.job("tiny", { ...tiny, diskFormat: "raw" }));
    const { exitCode } = await execa(
      "grep",
      ["-c", "--text", "deleted-42-text", project.artifact(record, "tiny.raw")],
      { reject: false },
    );
    assert.equal(exitCode, 1);
  },
);
