import { IronicImagesError } from "../../core/errors.ts";
import { glanceInventory } from "../../core/openstack/glance-inventory.ts";
import type { Session } from "../../core/openstack/keystone.ts";
import { planPrune, type PrunePlan } from "../../core/prune/plan.ts";
import { plainName, type PulumiPlace } from "../pulumi/ask.ts";
import { askState } from "./ask-pulumi.ts";
import { askNodes, type AskedNodes } from "./connect.ts";
import type { StackState } from "./state.ts";

/** Whom to ask about what. */
export interface Inquiry {
  readonly place: PulumiPlace;
  /** As Pulumi takes it. */
  readonly stack: string;
  /** Name of the Pulumi project. */
  readonly project: string;
  readonly glance: Session;
  /** Whether protected images go, too. */
  readonly unprotect: boolean;
  /** The session that reads the nodes. */
  readonly ironic: Session;
}

/** What was found at one moment, and what follows. */
export interface Look {
  readonly state: StackState;
  readonly plan: PrunePlan;
  readonly nodes: AskedNodes | undefined;
}

/**
 * Asks Glance, the state and Ironic, in this order. The engine writes an operation into the state before it begins, and its
 * result right after: so whatever image Glance has shown is in a state that is read later, as a resource or as pending.
 */
export async function look({ place, stack, project, glance, ironic, unprotect }: Inquiry): Promise<Look> {
  const images = await glanceInventory(glance).list();
  const now = new Date();
  const state = await askState(place, stack, project);
  requireSameProject(state, glance);
  const nodes = await askNodes(ironic);
  const plan = planPrune({
    owner: { projectId: glance.projectId, project, stack: plainName(stack) },
    images,
    stateIds: state.ids,
    stateSavedAt: state.savedAt,
    nodes: nodes?.nodes ?? [],
    now,
    unprotect,
  });
  return { state, plan, nodes };
}

function requireSameProject({ projectIds }: StackState, { projectId, cloud }: Session): void {
  if (projectIds.length === 0 || projectIds.includes(projectId)) return;
  throw new IronicImagesError(
    "other-cloud",
    `${cloud.source} opens project ${projectId}, but the stack's images belong to ${projectIds.join(", ")}; nothing was deleted`,
  );
}

/**
 * Compares two looks, before somebody was asked and after.
 *
 * @returns what both would remove
 * @throws IronicImagesError `state-changed`
 */
export function confirmed(before: Look, after: Look): PrunePlan["remove"] {
  if (before.state.exported !== after.state.exported)
    throw new IronicImagesError(
      "state-changed",
      "the stack's state has changed since the list was made, so nothing was deleted: wait until the running pulumi ends, then prune again",
    );
  const shown = new Set(before.plan.remove.map(({ image }) => image.id));
  return after.plan.remove.filter(({ image }) => shown.has(image.id));
}
