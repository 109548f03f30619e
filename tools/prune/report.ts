import type { PruneEntry, PrunePlan } from "../../core/prune/plan.ts";
import { imageReferences } from "../../core/prune/references.ts";
import { textTable } from "../text.ts";
import type { AskedNodes } from "./connect.ts";
import type { Look } from "./look.ts";

/** The whole answer to "what would go, what stays, and what does nobody know". */
export function pruneReport({ plan, nodes, state }: Look, stack: string): string {
  const entries = [...plan.remove, ...plan.keep];
  const inState = `${plan.inState} of its images are in the state and not touched`;
  if (entries.length === 0) return `Stack ${stack} left no images in Glance; ${inState}.`;
  return [
    table(plan),
    ...references(plan.keep),
    "",
    `To delete: ${plan.remove.length}. Kept: ${plan.keep.length}. Stack ${stack}: ${inState}.`,
    ...(state.hasResources ? [] : [`Stack ${stack} is destroyed: its state names no image at all.`]),
    ...(plan.remove.length === 0 ? [] : unknowns(plan.remove, nodes)),
  ].join("\n");
}

function table({ remove, keep }: PrunePlan): string {
  const row = (entry: PruneEntry, action: string, why: string) => {
    const { image, key, role, buildId } = entry;
    const size = typeof image.size === "number" ? `${Math.ceil(image.size / 1024 / 1024)} MiB` : "-";
    return [image.id, image.name ?? "", key, role, size, image.created_at ?? "-", buildId.slice(0, 12), action, why];
  };
  return textTable([
    ["ID", "NAME", "IMAGE", "ROLE", "SIZE", "CREATED", "BUILD", "ACTION", "WHY"],
    ...remove.map((entry) =>
      row(entry, "delete", `not in the state${entry.image.protected === true ? "; protected" : ""}`),
    ),
    ...keep.map((entry) => row(entry, "keep", whyKept(entry))),
  ]);
}

/** Why an image stays, in a few words, e.g. `newer than the state; named by 2 nodes`. */
export function whyKept({ reasons, references: named }: PruneEntry): string {
  const count = (kind: "node" | "image") =>
    new Set(named.filter(({ by }) => by.kind === kind).map(({ by }) => by.id)).size;
  const users = [...counted(count("node"), "node"), ...counted(count("image"), "image")];
  const why = reasons.map((reason) => (reason === "protected" ? "protected (see --unprotect)" : reason));
  return [...why, ...(users.length === 0 ? [] : [`named by ${users.join(" and ")}`])].join("; ");
}

function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`];
}

function references(keep: readonly PruneEntry[]): string[] {
  const lines = keep.flatMap(({ image, references: named }) =>
    named.map(({ by, field }) => [image.id, by.kind, by.name || "-", by.id, field]),
  );
  return lines.length === 0 ? [] : ["", textTable([["ID", "NAMED BY", "NAME", "UUID", "FIELD"], ...lines])];
}

function unknowns(remove: readonly PruneEntry[], nodes: AskedNodes | undefined): string[] {
  const named = new Set(imageReferences(remove.map(({ image }) => image)).map(({ imageId }) => imageId));
  const bootable = remove.filter(({ role, image }) => role !== "image" && !named.has(image.id.toLowerCase()));
  const ids = bootable.map(({ image }) => `  ${image.id}`);
  return [
    "",
    ...asked(nodes),
    "Not asked: images of other projects that these credentials may not see.",
    "Remaining window: a node that is given one of these images from now on, until the last is deleted.",
    ...(ids.length === 0
      ? []
      : ["ironic.conf cannot be asked; see that no conductor names one of these in it:", ...ids]),
  ];
}

function asked(nodes: AskedNodes | undefined): string[] {
  if (nodes === undefined)
    return ["No baremetal service in the catalog: references by nodes and by ironic.conf were not checked."];
  const { endpoint, nodes: found, isAdmin } = nodes;
  const partly = "without the role admin these may be the nodes of one project only (see --nodes-cloud)";
  return [`${found.length} nodes asked in ${endpoint}${isAdmin ? "" : `; ${partly}`}.`];
}
