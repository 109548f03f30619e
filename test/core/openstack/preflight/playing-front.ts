import * as http from "node:http";
import type { TestContext } from "node:test";
import { listen } from "../listen.ts";

/** A loopback server before a real Glance that plays some answers, because no healthy Glance gives them. */
export interface PlayingFront {
  readonly url: string;
  /** `METHOD path` of every request. */
  readonly requests: string[];
}

/**
 * Starts it. What is not played is passed on.
 *
 * @param played status and body by path, without its query
 * @param held requests that must be there before any is answered; after 5 s they are refused
 */
export async function playingFront(
  t: TestContext,
  behind: string,
  played: Readonly<Record<string, { status: number; body: unknown }>>,
  held = 1,
): Promise<PlayingFront> {
  const requests: string[] = [];
  const { promise: allThere, resolve } = Promise.withResolvers<boolean>();
  const giveUp = setTimeout(() => resolve(false), 5000);
  t.after(() => clearTimeout(giveUp));
  const server = http.createServer(async (incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    requests.push(`${method} ${url}`);
    if (requests.length >= held) resolve(true);
    const isTogether = await allThere;
    const own = played[url.split("?")[0] ?? ""];
    if (!isTogether) outgoing.writeHead(503).end("came one after the other");
    else if (own !== undefined) outgoing.writeHead(own.status).end(JSON.stringify(own.body));
    else {
      const token = { "X-Auth-Token": String(headers["x-auth-token"]) };
      const answer = await fetch(`${behind}${url}`, { method, headers: token });
      outgoing.writeHead(answer.status).end(await answer.text());
    }
  });
  const { url, stop } = await listen(server, "http");
  t.after(stop);
  return { url, requests };
}
