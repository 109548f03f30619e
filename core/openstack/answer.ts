import { z } from "zod";
import { IronicImagesError } from "../errors.ts";
import type { HttpResponse } from "./http.ts";
import { serviceMessage } from "./keystone.ts";

/** Who was asked what, for messages. */
export interface Asked {
  readonly service: "Glance" | "Ironic";
  readonly method: string;
  readonly path: string;
}

/**
 * The JSON of a 200, as a schema wants it.
 *
 * @param what the answer should be, e.g. `image record`
 * @throws IronicImagesError `glance-refused` or `ironic-refused` with method, path, status and the service's message
 */
export function answered<T>(asked: Asked, { status, body }: HttpResponse, schema: z.ZodType<T>, what: string): T {
  if (status !== 200) throw refusal(asked, `${status} ${serviceMessage(body)}`);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw refusal(asked, "200, but the answer is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refusal(asked, `the answer is no ${what}`, z.prettifyError(parsed.error));
}

/** The error for an answer that is not what was asked for. */
export function refusal({ service, method, path }: Asked, why: string, details = ""): IronicImagesError {
  const code = `${service.toLowerCase()}-refused`;
  return new IronicImagesError(code, `${service}: ${method} ${path}: ${why}`, details);
}
