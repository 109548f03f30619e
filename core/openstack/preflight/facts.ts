import { z } from "zod";
import type { IronicImagesError } from "../../errors.ts";
import { answered, refusal, type Asked } from "../answer.ts";
import { authorizedExchange, type AuthorizedExchange } from "../authorized.ts";
import { imageSchema, type GlanceImage } from "../glance.ts";
import type { HttpResponse } from "../http.ts";
import { serviceMessage, type Session } from "../keystone.ts";

/** Who a stack is, as the properties of its images say it. */
export interface StackName {
  readonly project: string;
  readonly stack: string;
}

/** What a cloud says of itself, as far as it concerns images that are to be registered. */
export interface CloudFacts {
  /** Values that `disk_format` and `container_format` may have. */
  readonly formats: { readonly disk: readonly string[]; readonly container: readonly string[] };
  /** Limit and use by quota, -1 for no limit; sizes in MiB. Empty where Glance has no quotas in Keystone. */
  readonly usage: Readonly<Record<string, { readonly limit: number; readonly usage: number }>>;
  /** Stores, if Glance has several and these credentials may see them. */
  readonly stores: readonly { readonly id: string; readonly isDefault: boolean; readonly isReadOnly: boolean }[];
  /** Project of the credentials; what is of another project is not this stack's, whatever its properties say. */
  readonly projectId: string;
  /** The images of this stack, hidden ones too. */
  readonly own: readonly GlanceImage[];
  /** Images that have a planned name and are not hidden, whosever they are. */
  readonly named: readonly GlanceImage[];
  /** Roles of the credentials in their project. */
  readonly roles: readonly string[];
}

const enumOf = z.object({ enum: z.array(z.string().nullable()) });
const schemaSchema = z.object({ properties: z.object({ disk_format: enumOf, container_format: enumOf }) });
const usageSchema = z.object({
  usage: z.record(z.string(), z.object({ limit: z.number(), usage: z.number() })),
});
const flag = z.union([z.boolean(), z.string().transform((text) => text.toLowerCase() === "true")]).default(false);
const storesSchema = z.object({ stores: z.array(z.object({ id: z.string(), default: flag, "read-only": flag })) });
const listSchema = z.object({ images: z.array(imageSchema), next: z.string().optional() });

interface Page<T> {
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** What the answer should be, for messages. */
  readonly what: string;
}

/** As many names as fit into an address that every proxy lets through. */
const namesPerRequest = 20;

/**
 * Asks Glance, everything at the same time and nothing that changes anything.
 *
 * @param timeoutMs for each request
 * @throws IronicImagesError `glance-refused`, `cloud-unreachable`, `cloud-refused`
 */
export async function readCloudFacts(
  session: Session,
  stack: StackName,
  names: readonly string[],
  timeoutMs: number,
): Promise<CloudFacts> {
  const exchange = authorizedExchange(session, timeoutMs);
  const list = (path: string) => allPages(exchange, session, path);
  const [schema, usage, stores, visible, hidden, ...named] = await Promise.all([
    ask(exchange, session, { path: "/v2/schemas/image", schema: schemaSchema, what: "schema of images" }),
    askIfThere(exchange, session, { path: "/v2/info/usage", schema: usageSchema, what: "usage" }),
    askIfThere(exchange, session, { path: "/v2/info/stores", schema: storesSchema, what: "list of stores" }),
    list(ownPath(stack, session.projectId, false)),
    list(ownPath(stack, session.projectId, true)),
    ...namePaths(names).map(list),
  ]);
  const texts = ({ enum: values }: { enum: (string | null)[] }) => values.filter((value) => value !== null);
  return {
    formats: { disk: texts(schema.properties.disk_format), container: texts(schema.properties.container_format) },
    usage: usage?.usage ?? {},
    stores: (stores?.stores ?? []).map((store) => ({
      id: store.id,
      isDefault: store.default,
      isReadOnly: store["read-only"],
    })),
    projectId: session.projectId,
    own: [...visible, ...hidden],
    named: named.flat(),
    roles: session.roles,
  };
}

/**
 * Images of a stack; Glance shows either hidden ones or the others. Anybody may write the properties, so the owner counts too.
 *
 * @param owner id of the project of the credentials
 */
export function ownPath({ project, stack }: StackName, owner: string, isHidden: boolean): string {
  const query = new URLSearchParams({
    owner,
    ironic_images_project: project,
    ironic_images_stack: stack,
    os_hidden: String(isHidden),
    limit: "1000",
  });
  return `/v2/images?${query}`;
}

/** Images by name, several names in a request (`in:` of the images API, quoted because a name may hold a comma). */
export function namePaths(names: readonly string[]): string[] {
  const unique = [...new Set(names)];
  const chunks = Array.from({ length: Math.ceil(unique.length / namesPerRequest) }, (_, index) =>
    unique.slice(index * namesPerRequest, (index + 1) * namesPerRequest),
  );
  return chunks.map((chunk) => {
    const list = `in:${chunk.map((name) => `"${name}"`).join(",")}`;
    return `/v2/images?${new URLSearchParams({ name: list, limit: "1000" })}`;
  });
}

async function ask<T>(exchange: AuthorizedExchange, session: Session, { path, schema, what }: Page<T>): Promise<T> {
  const response = await exchange({ method: "GET", url: `${session.imageEndpoint}${path}` });
  const asked = { service: "Glance", method: "GET", path } as const;
  // 300 is Glance's list of versions. Every Glance of version 2 has what is asked for here.
  if (response.status === 300 || response.status === 404) throw noGlance(asked, response, session);
  return answered(asked, response, schema, what);
}

function noGlance(asked: Asked, { status, body }: HttpResponse, { cloud, imageEndpoint }: Session): IronicImagesError {
  const where =
    cloud.imageEndpoint === undefined ? "the image endpoint in Keystone's catalog" : "image_endpoint_override";
  return refusal(
    asked,
    `${status} ${serviceMessage(body)}`.trim() +
      `: no Glance of version 2 answers at ${imageEndpoint}; correct ${where} of ${cloud.source}`,
  );
}

// Older or simpler Glances have no such page, and some keep it for administrators: then there is nothing to go by.
async function askIfThere<T>(exchange: AuthorizedExchange, session: Session, page: Page<T>): Promise<T | undefined> {
  const { path, schema, what } = page;
  const response = await exchange({ method: "GET", url: `${session.imageEndpoint}${path}` });
  if (response.status === 404 || response.status === 403) return undefined;
  return answered({ service: "Glance", method: "GET", path }, response, schema, what);
}

async function allPages(exchange: AuthorizedExchange, session: Session, first: string): Promise<GlanceImage[]> {
  const found: GlanceImage[] = [];
  const seen = new Set<string>();
  let path: string | undefined = first;
  while (path !== undefined && !seen.has(path)) {
    seen.add(path);
    const page: z.infer<typeof listSchema> = await ask(exchange, session, {
      path,
      schema: listSchema,
      what: "list of images",
    });
    found.push(...page.images);
    path = page.next;
  }
  return found;
}
