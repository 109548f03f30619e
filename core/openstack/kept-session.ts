import type { Cloud } from "./clouds.ts";
import { authenticate, type Session } from "./keystone.ts";

/** Milliseconds; far below the life of a token, which is an hour unless a site says otherwise. What it has outlived is renewed by `authorizedExchange`. */
const keptFor = 5 * 60_000;

const kept = new Map<string, { readonly since: number; readonly session: Promise<Session> }>();

/**
 * As {@link authenticate}, but credentials that this process has logged in with in the last five minutes get the same session: an update asks for one
 * for each image and each resource.
 */
export async function keptSession(cloud: Cloud, timeoutMs?: number): Promise<Session> {
  const credentials = JSON.stringify(cloud);
  const last = kept.get(credentials);
  if (last !== undefined && performance.now() - last.since < keptFor) return last.session;
  const session = authenticate(cloud, timeoutMs);
  kept.set(credentials, { since: performance.now(), session });
  // Who asks next may be luckier.
  session.catch(() => kept.delete(credentials));
  return session;
}
