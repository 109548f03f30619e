import { spawnSync } from "node:child_process";

// Imported first by a test file that mounts: runs that file again in a mount namespace of its own. What it mounts would otherwise be copied into the
// sandbox of any build that another test file starts meanwhile, and stay busy until that build is over.

const marker = "IRONIC_IMAGES_TEST_OWN_MOUNTS";

if (process.getuid?.() === 0 && process.env[marker] !== "1") {
  const file = process.argv[1] ?? "";
  // The runner, when it gives up, ends this process alone.
  const command = ["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"];
  const { status, error } = spawnSync("setpriv", [...command, process.execPath, ...process.execArgv, file], {
    stdio: "inherit",
    env: { ...process.env, [marker]: "1" },
  });
  if (error !== undefined) throw error;
  process.exit(status ?? 1);
}
