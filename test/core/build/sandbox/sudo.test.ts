import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { execa } from "execa";
import { cannotBuild } from "../support.ts";

const standIn = fileURLToPath(new URL("../../../../core/build/sandbox/sudo", import.meta.url));
const sleepStandIn = fileURLToPath(new URL("../../../../core/build/sandbox/sleep", import.meta.url));
const skip = cannotBuild() ?? false;

/** A played sudo that says what it was given, and takes a while for rm. */
const place = `
mount --make-rprivate /
mount -t tmpfs none /mnt
cat >/mnt/sudo <<'X'
#!/bin/sh
if [ "$1" = rm ]; then sleep 0.5; fi
printf '%s|' "$@" >>/mnt/said
exit 7
X
chmod 755 /mnt/sudo
`;

/** Exit status of the stand-in, and what the real one was given by then and half a second later. */
async function run(...words: string[]): Promise<string[]> {
  const script = `${place}"$@"\necho $?\ncat /mnt/said 2>/dev/null; echo; sleep 1; cat /mnt/said`;
  const { stdout } = await execa("unshare", ["--mount", "bash", "-c", script, "bash", standIn, ...words]);
  return stdout.split("\n");
}

const tree = "/mnt/tmp/dib_build.x/built";

test("the tree that was copied into the image goes behind the build's back, by a played sudo", { skip }, async () => {
  assert.deepEqual(await run("rm", "-fr", `${tree}/bin`, `${tree}/a b`), ["0", "", `rm|-fr|${tree}/bin|${tree}/a b|`]);
});

for (const words of [["rm", "-rf", "/mnt/tmp/dib_build.x/mnt"], ["rm", "-rf", `${tree}/bin`], ["cp", "a b", "c"], []]) {
  test(`\`sudo ${words.join(" ")}\` is a played sudo's own, with its exit status`, { skip }, async () => {
    const given = words.length === 0 ? "|" : words.map((word) => `${word}|`).join("");
    assert.deepEqual(await run(...words), ["7", given, given]);
  });
}

test(
  "when all hooks have run, diskimage-builder's second for its log filter is over at once, and nobody else's",
  { skip },
  async () => {
    const script = `${place}
    mkdir /mnt/job
    cp "$(command -v sleep)" /mnt/sleep
    cp "$2" /mnt/job/sleep
    "$1" rm -rf /mnt/tmp/dib_build.x/mnt
    cat >/mnt/disk-image-create <<'X'
date +%s%N; sleep 1; date +%s%N; sleep 1.0; date +%s%N; sh -c 'sleep 1; :'; date +%s%N
X
    bash /mnt/disk-image-create`;
    const { stdout } = await execa("unshare", ["--mount", "bash", "-c", script, "bash", standIn, sleepStandIn]);
    const times = stdout.split("\n").map((nanoseconds) => Number(nanoseconds) / 1e9);
    const waited = times.slice(1).map((time, index) => time - (times[index] ?? NaN) > 0.9);
    assert.deepEqual(waited, [false, true, true]);
  },
);
