import { exchange, type HttpRequest, type HttpResponse } from "./http.ts";
import { authenticate, type Session } from "./keystone.ts";

/** Sends a request with the token of a session. */
export type AuthorizedExchange = (request: HttpRequest) => Promise<HttpResponse>;

/**
 * An exchange that authenticates once more when a service says 401, and repeats the request.
 * Its errors are those of `exchange` and `authenticate`.
 */
export function authorizedExchange(session: Session): AuthorizedExchange {
  let current = session;
  return async (request) => {
    const send = () => {
      const headers = { ...request.headers, "X-Auth-Token": current.token };
      return exchange({ ...request, headers }, current.cloud.tls);
    };
    const used = current;
    const response = await send();
    if (response.status !== 401) return response;
    // Another call may have renewed the token meanwhile.
    if (current === used) current = await authenticate(used.cloud);
    return await send();
  };
}
