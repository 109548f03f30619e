/** Which test files a run takes, and with which arguments of `node --test`. */
export interface TestPlan {
  readonly files: readonly string[];
  readonly arguments: readonly string[];
}

// Most of a test on the real engine is waiting for Glance: with three files at once a third of two cores was idle.
const filesAtOnce = 5;
const longestTestMinutes = 90;

/**
 * Plans a run; `test/full/` belongs to the full tier alone. The runner takes files by name, whatever their order here.
 *
 * @param all test files, relative to the project
 * @param chosen parts of file names; without any all files of the tier are taken
 * @param proofFile gets the runner's lines too
 * @param faultsFile gets what the tests of faults came to, see fault-reporter.ts
 */
export function planTests(
  all: readonly string[],
  options: { full: boolean; chosen: readonly string[]; proofFile?: string; faultsFile?: string },
): TestPlan {
  const { full, chosen, proofFile, faultsFile } = options;
  const wanted = all.filter((file) => chosen.length === 0 || chosen.some((part) => file.includes(part)));
  const files = wanted.filter((file) => full || !file.startsWith("test/full/")).sort();
  const reporters = [
    ["spec", "stdout"],
    ...(proofFile === undefined ? [] : [["spec", proofFile]]),
    ...(faultsFile === undefined ? [] : [["./tools/test/fault-reporter.ts", faultsFile]]),
  ];
  return {
    files,
    arguments: [
      "--test",
      `--test-concurrency=${filesAtOnce}`,
      `--test-timeout=${longestTestMinutes * 60_000}`,
      ...reporters.flatMap(([name, destination]) => [
        `--test-reporter=${name}`,
        `--test-reporter-destination=${destination}`,
      ]),
      ...files,
    ],
  };
}
