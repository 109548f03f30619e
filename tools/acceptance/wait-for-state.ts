import { setTimeout as sleep } from "node:timers/promises";
import { IronicImagesError } from "../../core/errors.ts";
import type { IronicClient, Node } from "./ironic-client.ts";

/** How long a node may take from one state of rest to the next, in milliseconds, where no machine has a part in it. */
const patience = 300_000;
const pollEvery = 400;

/**
 * Waits until a node is in one of the states.
 *
 * @throws IronicImagesError `ironic-stuck`
 */
export async function waitForState(
  client: Pick<IronicClient, "get">,
  nodeId: string,
  states: readonly string[],
  { onState = () => undefined, signal, limitMs = patience }: WaitOptions = {},
): Promise<Node> {
  const start = performance.now();
  for (;;) {
    const node = await client.get(nodeId);
    onState(node.provision_state);
    if (states.includes(node.provision_state)) return node;
    if (performance.now() - start > limitMs)
      throw new IronicImagesError(
        "ironic-stuck",
        `Ironic's node was still ${node.provision_state} after ${Math.round(limitMs / 1000)} s`,
        node.last_error ?? "",
      );
    await sleep(pollEvery, undefined, signal === undefined ? {} : { signal });
  }
}

export interface WaitOptions {
  readonly onState?: (state: string) => void;
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}
