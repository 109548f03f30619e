import type { Accepting } from "./accepting.ts";
import type { NewNode } from "./ironic-client.ts";
import { waitForState } from "./wait-for-state.ts";

/**
 * Enrols a node with one network card, and takes it to where it can be deployed.
 *
 * @param address of the card; a new one if none is given
 * @returns the node's id
 */
export async function availableNode(
  { ironic, nextAddress, signal }: Pick<Accepting, "ironic" | "nextAddress" | "signal">,
  wanted: NewNode,
  address: string = nextAddress(),
): Promise<string> {
  const { uuid } = await ironic.create(wanted);
  await ironic.addPort(uuid, address);
  await ironic.change(uuid, "manage");
  await waitForState(ironic, uuid, ["manageable"], { signal });
  await ironic.change(uuid, "provide");
  await waitForState(ironic, uuid, ["available"], { signal });
  return uuid;
}
