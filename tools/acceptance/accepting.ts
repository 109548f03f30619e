import type { Session } from "../../core/openstack/keystone.ts";
import type { IronicClient } from "./ironic-client.ts";
import type { DeployPair } from "./stack-ids.ts";

/** What every part of an acceptance works with. */
export interface Accepting {
  /** Of the conductor's account. */
  readonly session: Session;
  readonly ironic: IronicClient;
  /** Where Ironic puts what nodes fetch. */
  readonly httpRoot: string;
  readonly deploy: DeployPair;
  /** A MAC address that no other node has. */
  readonly nextAddress: () => string;
  /** Tells what is going on. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}
