import type { TestContext } from "node:test";
import { findBuilder } from "../../../core/build/builder/builder.ts";
import type { PipQuestion } from "../../../core/python-index/ask-pip.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** The pip of the real virtualenv, with nothing of this machine's configuration; undefined where there is none. */
export async function bareQuestion(
  t: TestContext,
  env: Readonly<Record<string, string>> = {},
): Promise<(PipQuestion & { readonly home: string }) | undefined> {
  const builder = await findBuilder(process.env["PATH"] ?? "", "deploy");
  if (builder === undefined) return undefined;
  const home = temporaryDirectory(t);
  // A directory without pip.conf: also the files of the whole machine do not count.
  const ofNobody = { PATH: "/usr/bin:/bin", HOME: home, XDG_CONFIG_DIRS: home, PIP_CONFIG_FILE: "/dev/null" };
  return { python: builder.python, env: { ...ofNobody, ...env }, home };
}

/** Why a test without the real pip is skipped. */
export const needsPip = "needs ironic-python-agent-builder on PATH";
