import { rmSync } from "node:fs";
import type { TestContext } from "node:test";
import tmp from "tmp";

/** A directory of the test's own, gone when the test ends. Nothing may be mounted in it by then. */
export function temporaryDirectory(t: TestContext): string {
  const { name } = tmp.dirSync({ prefix: "ironic-images-test" });
  t.after(() => rmSync(name, { recursive: true, force: true }));
  return name;
}
