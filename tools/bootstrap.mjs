// The door to the tools: `node tools/bootstrap.mjs COMMAND [ARGUMENTS]` under any Node from 18 on, in a clone without
// node_modules too. Refuses what cannot work, installs the npm dependencies, finds a Node that runs TypeScript, and hands over.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const [command = "", ...args] = process.argv.slice(2);

/** Commands that need all that `npm start` installs, and must not start to install when somebody only asks. */
const asking = new Set(["acceptance", "env", "ids", "prune", "store"]);
/** Commands that build images on this machine. */
const building = new Set(["start", "setup", "test", "try"]);

async function main() {
  if (Number(process.versions.node.split(".")[0]) < 18)
    return refuse(`this is Node ${process.versions.node}: install Node 18 or newer (22 is best), then run it again`);
  const script = ["main.ts", "../" + command + ".ts"]
    .map((name) => join(project, "tools", command, name))
    .find((path) => existsSync(path));
  if (!/^[a-z][a-z-]*$/.test(command) || script === undefined)
    return refuse(`there is no command "${command}"; \`npm run\` lists them`);

  const { helpFor } = await import("./bootstrap/help.mjs");
  const help = helpFor(command, args);
  if (help !== undefined) return console.log(help);

  const { installDependencies, isInstalled } = await import("./bootstrap/dependencies.mjs");
  const { findNode } = await import("./bootstrap/node.mjs");
  const { handOver } = await import("./bootstrap/hand-over.mjs");
  if (building.has(command)) {
    const { probeHost } = await import("./host/probe.mjs");
    const { judgeHost } = await import("./host/requirements.mjs");
    const { problem } = judgeHost(probeHost());
    if (problem !== undefined) return refuse(problem);
  }
  if (!isInstalled(project)) {
    if (asking.has(command)) return refuse("run `npm start` first: it installs what this needs");
    if (!installDependencies(project))
      return refuse("`npm ci` failed, see above; put it right and run the command again");
  }
  const node = findNode(project);
  if (node === undefined)
    return refuse(
      `this is Node ${process.versions.node}, and the program needs 22.18 or newer: install one, or let npm run the install script of its package node`,
    );
  await handOver(node, [script, ...args]);
}

/** @param {string} sentence */
function refuse(sentence) {
  console.error(`ironic-images: ${sentence}`);
  process.exitCode = 1;
}

await main();
