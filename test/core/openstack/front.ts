import * as http from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "./listen.ts";

/** What one request asked of the server behind. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** A fault: this answer instead of the server's, or, with `after`, this answer although the server acted. */
export interface Fault {
  readonly status: number;
  readonly after?: boolean;
}

export interface Front {
  readonly url: string;
  readonly requests: Recorded[];
  stop(): Promise<void>;
}

/** A loopback server before a real one: records every request, passes it on, and injects faults where told. */
export async function startFront(
  behind: string,
  fault: (request: Recorded, earlier: number) => Fault | undefined = () => undefined,
): Promise<Front> {
  const requests: Recorded[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    const request = { method, path: url, headers, body: await text(incoming) };
    const injected = fault(request, requests.filter((other) => other.method === method).length);
    requests.push(request);
    const own = ["host", "connection", "content-length"];
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)));
    if (injected?.after === true || injected === undefined) {
      const sent = method === "GET" ? {} : { body: request.body };
      const answer = await fetch(`${behind}${url}`, { method, headers: passed as Record<string, string>, ...sent });
      const body = await answer.text();
      if (injected === undefined) {
        const token = answer.headers.get("x-subject-token");
        outgoing
          .writeHead(answer.status, {
            "content-type": "application/json",
            ...(token === null ? {} : { "x-subject-token": token }),
          })
          .end(body);
        return;
      }
    }
    outgoing.writeHead(injected?.status ?? 500).end("<html><body>injected</body></html>");
  });
  const { url, stop } = await listen(server, "http");
  return { url, requests, stop };
}
