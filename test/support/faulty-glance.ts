import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy on loopback before a real Glance that fails chosen uploads: a fault cannot be asked of a healthy server. */
export interface FaultyGlance {
  readonly url: string;
  /** While set, uploads of images with this container format are cut off with the connection. */
  failUploadsOf: string | undefined;
  close(): Promise<void>;
}

/** Starts the proxy; everything but a failing upload is passed on as it comes. */
export async function faultyGlance(realEndpoint: string): Promise<FaultyGlance> {
  const formats = new Map<string, string>();
  const real = new URL(realEndpoint);
  let failUploadsOf: string | undefined;
  const server: Server = createServer((incoming, outgoing) => {
    const upload = /^\/v2\/images\/([^/]+)\/file$/.exec(incoming.url ?? "");
    if (
      incoming.method === "PUT" &&
      upload?.[1] !== undefined &&
      formats.get(upload[1]) === failUploadsOf &&
      failUploadsOf !== undefined
    ) {
      incoming.once("data", () => incoming.socket.destroy());
      return;
    }
    const options = {
      host: real.hostname,
      port: real.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    };
    const passed = httpRequest(options, (answer) => {
      if (incoming.method === "POST" && incoming.url === "/v2/images") rememberFormat(answer, formats);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get failUploadsOf() {
      return failUploadsOf;
    },
    set failUploadsOf(format) {
      failUploadsOf = format;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function rememberFormat(answer: IncomingMessage, formats: Map<string, string>): void {
  let body = "";
  answer.on("data", (chunk: Buffer) => (body += chunk.toString()));
  answer.on("end", () => {
    const image = JSON.parse(body) as { id?: string; container_format?: string };
    if (image.id !== undefined && image.container_format !== undefined) formats.set(image.id, image.container_format);
  });
}
