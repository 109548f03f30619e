// Works on a store in a process of its own: store-client.ts PROJECT (publish STAGING | find | find-for STACK | use STACK | upload BUILD-ID | import DIRECTORY)
// Prints one line of JSON: buildId or error (code, message), and what the store said; `use` goes on until it is killed.
import { requireUploadable } from "../../../core/artifacts/require-artifact.ts";
import { openStore } from "../../../core/artifacts/store.ts";
import { unpublished } from "./samples.ts";

const [, , project = "", action, operand = ""] = process.argv;
const messages: string[] = [];
const stack = action === "find-for" || action === "use" ? operand : undefined;
const store = openStore(project, { onMessage: (message) => messages.push(message), stack });
const { name, fingerprint } = unpublished();
try {
  const record = await act();
  console.log(JSON.stringify({ buildId: record?.buildId, messages }));
  if (action === "use") setInterval(() => undefined, 1000);
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ error: { code, message }, messages }));
}

async function act() {
  switch (action) {
    case "publish":
      return store.publish(operand, unpublished());
    case "upload":
      return requireUploadable(store, { name, fingerprint, buildId: operand }, "pulumi up --replace URN", false);
    case "import":
      return store.importFrom(operand);
    default:
      return store.find(name, fingerprint);
  }
}
