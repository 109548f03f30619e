import assert from "node:assert/strict";
import { test } from "node:test";
import { faultOf, type Node } from "../../../tools/acceptance/ironic-client.ts";
import { waitForState } from "../../../tools/acceptance/wait-for-state.ts";

for (const [title, body, sentence] of [
  [
    "as text that is JSON again",
    JSON.stringify({ error_message: JSON.stringify({ faultcode: "Client", faultstring: "Node is locked" }) }),
    "Node is locked",
  ],
  ["as JSON", JSON.stringify({ error_message: { faultstring: "Node is locked" } }), "Node is locked"],
  ["as plain text", JSON.stringify({ error_message: "Authentication required" }), "Authentication required"],
  ["of a server that is no Ironic", "<h1>Bad\n gateway</h1>", "<h1>Bad gateway</h1>"],
] as const) {
  test(`Ironic's sentence is read ${title}`, () => {
    assert.equal(faultOf(body), sentence);
  });
}

const played = (...states: string[]) => ({
  get: (uuid: string): Promise<Node> =>
    Promise.resolve({ uuid, provision_state: states.length > 1 ? (states.shift() ?? "") : (states[0] ?? "") }),
});

test("waiting (played) ends in the first of the states, and tells those before it", async () => {
  const seen: string[] = [];
  const node = await waitForState(
    played("deploying", "deploying", "deploy failed"),
    "n1",
    ["active", "deploy failed"],
    {
      onState: (state) => seen.push(state),
    },
  );
  assert.equal(node.provision_state, "deploy failed");
  assert.deepEqual(seen, ["deploying", "deploying", "deploy failed"]);
});

test("waiting (played) does not last for ever, and says in which state it ended", async () => {
  await assert.rejects(waitForState(played("deploying"), "n1", ["active"], { limitMs: 300 }), {
    code: "ironic-stuck",
    message: /still deploying after 0 s/,
  });
});

test("waiting (played) ends at a signal", async () => {
  const signal = AbortSignal.timeout(50);
  await assert.rejects(waitForState(played("deploying"), "n1", ["active"], { signal }), { name: "AbortError" });
});
