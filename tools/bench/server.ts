/** Serves random bytes on loopback, in a process of its own. Arguments: bytes, and bytes a second or 0. Prints its address. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const [size = 0, rate = 0] = process.argv.slice(2).map(Number);
// All of it differs, so that nothing on the way can make it less.
const content = randomBytes(size);
const slice = 256 * 1024;

async function send(response: ServerResponse): Promise<void> {
  const start = performance.now();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  for (let sent = 0; sent < size; sent += slice) {
    const flows = response.write(content.subarray(sent, sent + slice));
    if (!flows) await once(response, "drain", { signal: gone.signal });
    const ahead = rate === 0 ? 0 : ((sent + slice) / rate) * 1000 - (performance.now() - start);
    // Timers are coarse: a nap now and then, long enough to be one.
    if (ahead > 5) await sleep(ahead);
  }
  response.end();
}

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-length": size, etag: '"bench"' });
  send(response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`));
process.stdin.on("end", () => process.exit()).resume();
