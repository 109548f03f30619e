import type { Stages } from "./result.ts";

/** What a build spends its time on, in the order in which it does. */
export const stageNames = [
  "debootstrap",
  "base system",
  "packages, initramfs",
  "other hooks",
  "copy of the tree",
  "qcow2",
  "inspect and publish",
] as const;

type StageName = (typeof stageNames)[number];

/** By the directory of a hook, and the first letters of its name; the first that fits. */
const hookStages: readonly (readonly [RegExp, StageName])[] = [
  [/^root\.d\/08-debootstrap/, "debootstrap"],
  [/^root\.d\//, "base system"],
  [/^(pre-install|install)\.d\//, "packages, initramfs"],
  [/initramfs/, "packages, initramfs"],
];

/**
 * Where the seconds went, from the log of one build of diskimage-builder, each line of which begins with its time (lib/outfilter.py).
 * @param total seconds of the whole; what the log does not cover is `rest`
 */
export function stageTimes(log: string, total: number, rest: StageName): Stages {
  const spent = new Map<StageName, number>();
  let stage: StageName = "other hooks";
  let since: number | undefined;
  let logged = 0;
  for (const line of log.split("\n")) {
    const [, day = "", clock = "", message = ""] = /^(\d{4}-\d\d-\d\d) ([\d:.]+) \| (.*)$/.exec(line) ?? [];
    const now = Date.parse(`${day}T${clock}Z`) / 1000;
    if (Number.isNaN(now)) continue;
    const seconds = Math.max(0, now - (since ?? now));
    spent.set(stage, (spent.get(stage) ?? 0) + seconds);
    logged += seconds;
    since = now;
    stage = stageAfter(message, stage);
  }
  spent.set(rest, (spent.get(rest) ?? 0) + Math.max(0, total - logged));
  return stageNames.flatMap((name) => {
    const seconds = spent.get(name) ?? 0;
    return seconds < 0.05 ? [] : [{ stage: name, seconds: Math.round(seconds * 10) / 10 }];
  });
}

function stageAfter(message: string, stage: StageName): StageName {
  const hook = /^dib-run-parts Running \S*\/([a-z-]+\.d\/[^/\s]+)$/.exec(message)?.[1];
  if (hook !== undefined) return hookStages.find(([pattern]) => pattern.test(hook))?.[1] ?? "other hooks";
  if (message.startsWith("Calculating image size")) return "copy of the tree";
  if (message.startsWith("Converting image using qemu-img convert")) return "qcow2";
  return /^dib-run-parts \S+ completed$/.test(message) ? "other hooks" : stage;
}
