import { z } from "zod";
import { answered, refusal } from "../../core/openstack/answer.ts";
import { authorizedExchange } from "../../core/openstack/authorized.ts";
import type { HttpRequest } from "../../core/openstack/http.ts";
import type { Session } from "../../core/openstack/keystone.ts";

// The one that Ironic 39.0.0 (2026.2) came with at the latest; what is used here is older (ironic/api/controllers/v1/versions.py).
const apiVersion = "1.95";

const nodeSchema = z.object({
  uuid: z.string(),
  provision_state: z.string(),
  last_error: z.string().nullish(),
  /** What it is at in a deploy; `deploy` until the agent has called. */
  deploy_step: z.looseObject({ step: z.string().optional() }).nullish(),
});

/** A node as far as its way through a deploy is concerned. */
export type Node = z.infer<typeof nodeSchema>;

/** What a node is enrolled with, in the words of Ironic's API. */
export interface NewNode {
  readonly name: string;
  readonly driver: string;
  readonly deploy_interface: string;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly driver_info: Readonly<Record<string, string>>;
  readonly instance_info: Readonly<Record<string, string | number>>;
}

/** Verbs of `PUT /v1/nodes/{id}/states/provision`. */
export type Verb = "manage" | "provide" | "active" | "deleted";

/** Ironic's API as far as a deploy needs it. Methods throw IronicImagesError `ironic-refused`, `cloud-unreachable`. */
export interface IronicClient {
  create(node: NewNode): Promise<Node>;
  /** Gives the node a network card by its MAC address. */
  addPort(nodeId: string, address: string): Promise<void>;
  /** What stands in the way of the interface; undefined if nothing does. */
  problem(nodeId: string, kind: "boot" | "deploy"): Promise<string | undefined>;
  change(nodeId: string, verb: Verb): Promise<void>;
  get(nodeId: string): Promise<Node>;
}

/** @param session of the conductor's account, which may do everything */
export function ironicClient(session: Session, endpoint: string): IronicClient {
  const exchange = authorizedExchange(session);

  async function call<T>(
    method: HttpRequest["method"],
    path: string,
    expected: number,
    read: z.ZodType<T>,
    body?: object,
  ) {
    const headers = { "X-OpenStack-Ironic-API-Version": apiVersion, "Content-Type": "application/json" };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await exchange({ method, url: `${endpoint}${path}`, headers, ...content });
    const asked = { service: "Ironic", method, path } as const;
    if (response.status !== expected) throw refusal(asked, `${response.status} ${faultOf(response.body)}`);
    if (expected === 202) return read.parse(undefined);
    return answered(asked, { ...response, status: 200 }, read, "answer that is known here");
  }

  return {
    create: (node) => call("POST", "/v1/nodes", 201, nodeSchema, node),
    async addPort(nodeId, address) {
      await call("POST", "/v1/ports", 201, z.unknown(), { node_uuid: nodeId, address, pxe_enabled: true });
    },
    async problem(nodeId, kind) {
      const result = z.object({ result: z.boolean().nullable(), reason: z.string().nullish() });
      const answer = await call("GET", `/v1/nodes/${nodeId}/validate`, 200, z.object({ [kind]: result }));
      const { result: fine, reason } = answer[kind] ?? { result: false };
      return fine === false ? (reason ?? `its ${kind} interface says no, and not why`) : undefined;
    },
    async change(nodeId, target) {
      await call("PUT", `/v1/nodes/${nodeId}/states/provision`, 202, z.unknown(), { target });
    },
    get: (nodeId) =>
      call("GET", `/v1/nodes/${nodeId}?fields=uuid,provision_state,last_error,deploy_step`, 200, nodeSchema),
  };
}

/** Ironic's sentence. Its JSON holds a text that is JSON again (ironic/api/middleware/parsable_error.py). */
export function faultOf(body: string): string {
  const outer = z.object({ error_message: z.union([z.string(), z.object({ faultstring: z.string() })]) });
  const inner = z.object({ faultstring: z.string() });
  const message = outer.safeParse(jsonOf(body)).data?.error_message;
  if (message === undefined) return body.replace(/\s+/g, " ").trim().slice(0, 300);
  if (typeof message !== "string") return message.faultstring;
  return inner.safeParse(jsonOf(message)).data?.faultstring ?? message;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
