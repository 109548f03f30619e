import { exchange, type HttpRequest, type HttpResponse } from "./http.ts";
import { authenticate, type Session } from "./keystone.ts";
import { redacted, secretsOf } from "./redaction.ts";

/** Sends a request with the token of a session. */
export type AuthorizedExchange = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * An exchange that authenticates once more when a service says 401, and repeats the request.
 * What a service says in a refusal comes without the secrets of the session, because it ends up in errors.
 * Its errors are those of `exchange` and `authenticate`.
 *
 * @param timeoutMs for each request, where `exchange` would wait longer
 */
export function authorizedExchange(session: Session, timeoutMs?: number): AuthorizedExchange {
  let current = session;
  return async (request) => {
    const send = async () => {
      const { cloud, token } = current;
      const headers = { ...request.headers, "X-Auth-Token": token };
      const response = await exchange({ ...request, headers }, cloud.tls, timeoutMs);
      if (response.status === 200) return response;
      return { ...response, body: redacted(response.body, secretsOf(cloud, token)) };
    };
    const used = current;
    const response = await send();
    if (response.status !== 401) return response;
    // Another call may have renewed the token meanwhile.
    if (current === used) current = await authenticate(used.cloud, timeoutMs);
    return await send();
  };
}
