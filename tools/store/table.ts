import { artifactsDirectory } from "../../core/artifacts/names.ts";
import type { ExaminedEntry } from "../../core/artifacts/examine.ts";
import type { GcEntry } from "../../core/artifacts/gc-plan.ts";
import { textTable } from "../text.ts";
import type { GcLook } from "./gc.ts";

/** What there is in the store, who needs it, and what could not be found out. */
export function storeTable(look: GcLook, now: number): string {
  const shown = look.entries.filter(({ is }) => is !== "temporary");
  if (shown.length === 0) return "No artifacts yet: npm start builds some.";
  const rows = shown.map((entry) => [...facts(entry, now), neededBy(entry, look)]);
  return [textTable([["ARTIFACT", "SIZE", "BUILD", "AGE", "NEEDED BY"], ...rows]), ...unknowns(look)].join("\n");
}

/** What would go and what stays, with the reasons. */
export function gcTable(look: GcLook, now: number): string {
  if (look.entries.length === 0) return "The store is empty.";
  const rows = look.entries.map((entry) => [...facts(entry, now), entry.action, entry.reason]);
  const removed = look.entries.filter(({ action }) => action === "remove").length;
  return [
    textTable([["ARTIFACT", "SIZE", "BUILD", "AGE", "ACTION", "WHY"], ...rows]),
    "",
    `To delete: ${removed}. Kept: ${rows.length - removed}.`,
    ...unknowns(look),
  ].join("\n");
}

/** What verifying found of one entry, and what to do about it. */
export function verifiedLine({ entry, is, why }: ExaminedEntry): string {
  const path = `${artifactsDirectory}/${entry}`;
  if (is === "set-aside") return `${path}: was set aside as damaged; nothing uses it`;
  return why === undefined ? `${path}: every digest is right` : `${path}: DAMAGED: ${why}`;
}

/** What to do about damaged artifacts. */
export const damagedAdvice = [
  "Damaged artifacts are never uploaded: the next `up` that needs one sets it aside, and builds it anew where it may.",
  "To have the same bytes again, bring them from another machine: npm run store -- import DIRECTORY",
  "What was set aside goes with: npm run store -- gc",
].join("\n");

function facts({ entry, stats, record }: GcEntry, now: number): string[] {
  const bytes = Object.values(record?.files ?? {}).reduce((sum, file) => sum + file.size, 0);
  return [
    `${artifactsDirectory}/${entry}`,
    bytes === 0 ? "-" : `${Math.ceil(bytes / 2 ** 20)} MiB`,
    record?.buildId.slice(0, 12) ?? "-",
    age(now - (record === undefined ? Number(stats.ctimeMs) : Date.parse(record.builtAt))),
  ];
}

function neededBy({ is, neededBy: stacks }: GcEntry, { unknown }: GcLook): string {
  if (is === "set-aside") return "damaged, set aside";
  const needed = stacks.length > 0 ? stacks.join(", ") : unknown.length > 0 ? "not known" : "nobody";
  return is === "broken" ? "damaged" : needed;
}

function unknowns({ unknown, failures }: GcLook): string[] {
  if (unknown.length === 0) return [];
  return [
    "",
    `Not known is what these need: ${unknown.join(", ")}.`,
    "Give a state with --state FILE (pulumi stack export --file FILE), or say with --without STACK that a stack is no more.",
    ...failures.map(({ why }) => `  ${why}`),
  ];
}

function age(milliseconds: number): string {
  const hours = Math.max(0, Math.floor(milliseconds / 3_600_000));
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
