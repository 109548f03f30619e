import type { GlanceImage } from "../openstack/glance.ts";
import type { BaremetalNode } from "../openstack/ironic.ts";
import { isOurs, originNames, propertyOf, type Owner } from "./origin.ts";
import { imageReferences, nodeReferences, type Reference } from "./references.ts";

/** All that the decision rests on. */
export interface Findings {
  readonly owner: Owner;
  /** Every image of Glance that the credentials may see, also of others: they may name ours. */
  readonly images: readonly GlanceImage[];
  /** Ids that the stack's state names, in lower case. */
  readonly stateIds: ReadonlySet<string>;
  /** When the state was saved last, by the clock of the machine that saved it. */
  readonly stateSavedAt: Date;
  /** Empty where there is no Ironic. */
  readonly nodes: readonly BaremetalNode[];
  readonly now: Date;
  /** Whether images go that are protected, too. */
  readonly unprotect?: boolean;
}

/** One image that is ours and not in the state. */
export interface PruneEntry {
  readonly image: GlanceImage;
  readonly role: "kernel" | "ramdisk" | "image";
  /** Its key in the stack config. */
  readonly key: string;
  readonly buildId: string;
  /** Why it stays, apart from references; with neither it goes. */
  readonly reasons: readonly string[];
  /** Who goes on naming it. */
  readonly references: readonly Reference[];
}

/** What prune would do. */
export interface PrunePlan {
  /** In the order of their deletion: each before its kernel and its ramdisk. */
  readonly remove: readonly PruneEntry[];
  readonly keep: readonly PruneEntry[];
  /** How many images of the stack are in its state, and so none of prune's business. */
  readonly inState: number;
}

const unfinished = ["queued", "saving", "uploading", "importing"];
const unfinishedMs = 60 * 60 * 1000;
const gone = ["deleted", "pending_delete"];
const roles = { aki: "kernel", ari: "ramdisk" } as const;
const removalOrder: readonly PruneEntry["role"][] = ["image", "ramdisk", "kernel"];

/** Decides over every image of the stack that is not in its state. Asks nobody. */
export function planPrune(findings: Findings): PrunePlan {
  const { owner, images, stateIds, nodes } = findings;
  const there = images.filter(({ status }) => !gone.includes(status));
  const ours = there.filter((image) => isOurs(image, owner));
  const left = ours.filter(({ id }) => !stateIds.has(id.toLowerCase()));
  const references = byImage([...nodeReferences(nodes), ...imageReferences(there)]);
  const reasons = new Map(left.map((image) => [image.id, ownReasons(image, findings)]));
  const going = stillGoing(left, reasons, references);
  const entries = left.map((image): PruneEntry => {
    const named = references.get(image.id.toLowerCase()) ?? [];
    return {
      image,
      role: roles[image.container_format as keyof typeof roles] ?? "image",
      key: propertyOf(image, originNames.image),
      buildId: propertyOf(image, originNames.build),
      reasons: reasons.get(image.id) ?? [],
      references: named.filter(({ by }) => !going.has(by.id)),
    };
  });
  return {
    remove: entries.filter(({ image }) => going.has(image.id)).sort(inRemovalOrder),
    keep: entries.filter(({ image }) => !going.has(image.id)),
    inState: ours.length - left.length,
  };
}

function ownReasons(image: GlanceImage, { stateSavedAt, now, unprotect = false }: Findings): string[] {
  const created = timeOf(image.created_at);
  const touched = Math.max(created, timeOf(image.updated_at));
  const reasons: string[] = [];
  if (image.protected === true && !unprotect) reasons.push("protected");
  if (unfinished.includes(image.status) && !(now.getTime() - touched > unfinishedMs))
    reasons.push(`${image.status} for less than an hour`);
  // The engine saves the state after every image that it makes: a state older than the image is not the one that made it.
  if (!(created <= stateSavedAt.getTime())) reasons.push("newer than the state");
  return reasons;
}

// An image without a time counts as made this moment, so it stays.
function timeOf(given: string | null | undefined): number {
  return given ? Date.parse(given) : NaN;
}

function byImage(references: readonly Reference[]): Map<string, Reference[]> {
  return Map.groupBy(references, ({ imageId }) => imageId);
}

// What stays keeps its own kernel and ramdisk, so this goes on until nothing more stays.
function stillGoing(
  left: readonly GlanceImage[],
  reasons: ReadonlyMap<string, readonly string[]>,
  references: ReadonlyMap<string, readonly Reference[]>,
): ReadonlySet<string> {
  const going = new Set(left.filter(({ id }) => reasons.get(id)?.length === 0).map(({ id }) => id));
  let before: number;
  do {
    before = going.size;
    for (const id of going) {
      const stays = (references.get(id.toLowerCase()) ?? []).some(({ by }) => by.id !== id && !going.has(by.id));
      if (stays) going.delete(id);
    }
  } while (going.size < before);
  return going;
}

function inRemovalOrder(one: PruneEntry, other: PruneEntry): number {
  return removalOrder.indexOf(one.role) - removalOrder.indexOf(other.role);
}
