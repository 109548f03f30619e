// What `npm run COMMAND -- --help` prints. Here, and not in each command: it is told before anything is installed or started.

/** @type {Readonly<Record<string, readonly string[]>>} */
const texts = {
  start: [
    "npm start",
    "Installs what is missing, starts a Keystone and Glance on loopback, and runs pulumi up on stack local.",
  ],
  setup: ["npm run setup", "Installs what npm start installs, and starts nothing."],
  stop: ["npm stop", "Ends the local Keystone and Glance; what they hold stays for the next npm start."],
  clean: [
    "npm run clean [-- --keep-cache]",
    "Ends the local cloud and removes everything that was made, in the user's cache too. Refuses while a build runs.",
    "  --keep-cache   leaves the cache, which all clones share",
  ],
  env: [
    'eval "$(npm run -s env [-- --stack STACK])"',
    "Prints shell code with all that plain pulumi needs.",
    "  --stack STACK   chooses another stack than local",
  ],
  ids: [
    "npm run -s ids [-- --stack STACK] [--image IMAGE]",
    "Prints the published ids as shell variables.",
    "  --stack STACK   another stack than local",
    "  --image IMAGE   one user image only",
  ],
  try: [
    "npm run try -- RECIPE [--no-boot]",
    "Builds recipes/RECIPE.yaml on this machine, or finds it in the store, inspects and boots it. No cloud is touched.",
    "  --no-boot   does not boot it",
  ],
  store: [
    "npm run store -- COMMAND",
    "The artifacts on this machine; see docs/guide.md.",
    "  ls                  lists them, with the stacks that need them",
    "  verify              hashes every file; exits with 1 if one is not what was built",
    "  gc                  lists what no stack needs, asks, and deletes it",
    "    --dry-run           lists only",
    "    --yes               does not ask",
    "    --keep-days DAYS    keeps what is younger, 7 if not given",
    "    --without STACK     a stack that has used the store and is no more",
    "  import DIRECTORY    copies one from elsewhere and verifies every digest",
    "  ls and gc read the states of all stacks of the project, and of more with:",
    "    --stack STACK       a stack elsewhere in the backend",
    "    --state FILE        what pulumi stack export wrote",
  ],
  pin: [
    "npm run pin -- --stack NAME [--architecture NAME] [--check]",
    "Asks the publisher of deploy images for the checksums of both files, and writes them into the stack's file.",
    "  --stack NAME          the stack, as in stacks/Pulumi.NAME.yaml",
    "  --architecture NAME   the pair of this architecture only",
    "  --check               writes nothing; exits with 1 when upstream has moved, with 2 when it cannot be asked",
  ],
  prune: [
    "npm run prune -- --stack STACK [--dry-run | --yes] [--unprotect] [--nodes-cloud CLOUD]",
    "Lists images of the stack that its state does not know and no node names, asks, and deletes them.",
    "  --stack STACK         the stack, as Pulumi takes it",
    "  --dry-run             lists only",
    "  --yes                 does not ask",
    "  --unprotect           deletes protected ones too",
    "  --nodes-cloud CLOUD   credentials that may read Ironic's nodes",
  ],
  acceptance: [
    "npm run acceptance [-- --stack STACK] [--image IMAGE]... [--quick] [--keep] [--conductor CLOUD]",
    "Starts a real Ironic on loopback, which deploys what the stack publishes; exits with 1 unless it accepts every image.",
    "  --stack STACK       another stack than local",
    "  --image IMAGE       this one only; may be given several times",
    "  --quick             Ironic's own work only: seconds, and no machine",
    "  --keep              leaves what Ironic and the machines wrote, in .local/acceptance/work",
    "  --conductor CLOUD   the conductor's account in clouds.yaml; ironic if not given",
  ],
  bench: [
    "npm run bench [-- NAME... [--pairs N] [--json FILE]]",
    "Measures against plain tools, prints a table, and writes docs/performance.json and its pages. All of it takes about an hour; results stay, name by name.",
    "  NAME          cold, warm, overhead, whole-disk (full builds), up, preview, check, ingest, publish, memory, start, download, inspect",
    "  --pairs N     runs of each side, instead of those of each measurement",
    "  --json FILE   keeps the results there, and leaves the pages of this project alone",
  ],
  test: [
    "npm test [-- PART-OF-A-FILE-NAME...]",
    "Types, lint, and all tests on a real engine and a real cloud; npm run test:full takes the long ones too.",
  ],
  docs: ["npm run docs", "Writes the generated pages and the JSON Schemas anew."],
};

/**
 * How a command is called, in one line.
 * @param {string} command
 * @returns {string}
 */
export function usageOf(command) {
  return texts[command]?.[0] ?? "";
}

/**
 * The text for a command, or undefined if its arguments do not ask for help.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | undefined}
 */
export function helpFor(command, args) {
  const asks = args.includes("--help") || args.includes("-h");
  return asks ? texts[command]?.join("\n") : undefined;
}
