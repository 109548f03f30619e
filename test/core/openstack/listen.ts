import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on loopback, at a free port. */
export async function listen(
  server: Server,
  scheme: "http" | "https",
): Promise<{ url: string; stop: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
