/** A reporter of node:test that counts, by number, how the tests that name faults ended; `--test-reporter`. */
import type { TestEvent } from "node:test/reporters";
import type { FaultOutcome } from "../docs/faults.ts";
import { faultsOfTitle } from "../docs/test-titles.ts";

/** One JSON object at the end: a FaultOutcome by number. */
export default async function* faultReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const outcomes: Record<number, FaultOutcome> = {};
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const ended = type === "test:fail" ? "failed" : data.skip === undefined ? "passed" : "skipped";
    for (const number of faultsOfTitle(data.name)?.numbers ?? []) {
      const before = outcomes[number] ?? { passed: 0, failed: 0, skipped: 0 };
      outcomes[number] = { ...before, [ended]: before[ended] + 1 };
    }
  }
  yield `${JSON.stringify(outcomes)}\n`;
}
