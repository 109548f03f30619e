import type { GlanceClient, GlanceImage, ImagePatch, Visibility } from "./glance.ts";

/** What Publication owns of an image in Glance; all else is of `openstack.images.Image`. */
export interface OwnedFields {
  readonly visibility: Visibility;
  /** Ids of projects, sorted; of a shared image only. */
  readonly members: readonly string[];
  /** `os_hidden`; absent where Glance is older than that (Glance 17, Rocky). */
  readonly hidden?: boolean;
  readonly protected: boolean;
  /** `os_*` properties, which the openstack plugin sets once and never changes (terraform-provider-openstack 1994). */
  readonly properties: Readonly<Record<string, string>>;
}

// Names with `os_` that are no properties (glance/api/v2/images.py).
const reserved = /^os_(hash_algo|hash_value|hidden|glance.*)$/;

/** Whether a property of an image is one of those that Publication owns. */
export function isOwnedProperty(name: string): boolean {
  return name.startsWith("os_") && !reserved.test(name);
}

/** Reads an image; undefined if it is not there. */
export async function readOwned(
  client: GlanceClient,
  id: string,
): Promise<{ readonly record: GlanceImage; readonly fields: OwnedFields } | undefined> {
  const record = await client.get(id);
  if (record === undefined) return undefined;
  // Glance answers 404 for the members of any other.
  const members = record.visibility === "shared" ? await client.members(id) : [];
  return { record, fields: ownedFields(record, members) };
}

/** The owned part of a record. */
export function ownedFields(record: GlanceImage, members: readonly string[]): OwnedFields {
  const properties = Object.entries(record).filter(([name, value]) => isOwnedProperty(name) && value !== null);
  return {
    visibility: record.visibility,
    members: members.toSorted(),
    ...(typeof record.os_hidden === "boolean" ? { hidden: record.os_hidden } : {}),
    protected: record.protected === true,
    properties: Object.fromEntries(properties.map(([name, value]) => [name, String(value)])),
  };
}

/** The patch that takes a record from the one to the other; fields that the other lacks stay. Members are no part of it. */
export function recordPatch(from: Partial<OwnedFields>, to: Partial<OwnedFields>): ImagePatch[] {
  const field = (path: string, before: unknown, after: unknown): ImagePatch[] =>
    after === undefined || after === before ? [] : [{ op: "replace", path, value: after }];
  return [
    ...field("/os_hidden", from.hidden, to.hidden),
    ...(to.properties === undefined ? [] : propertiesPatch(from.properties ?? {}, to.properties)),
    ...field("/visibility", from.visibility, to.visibility),
    ...field("/protected", from.protected, to.protected),
  ];
}

function propertiesPatch(from: OwnedFields["properties"], to: OwnedFields["properties"]): ImagePatch[] {
  const removed = Object.keys(from).filter((name) => to[name] === undefined);
  const set = Object.entries(to).filter(([name, value]) => from[name] !== value);
  return [
    ...removed.map((name): ImagePatch => ({ op: "remove", path: pointer(name) })),
    // `add` replaces as well (version 2.1 of Glance's patches).
    ...set.map(([name, value]): ImagePatch => ({ op: "add", path: pointer(name), value })),
  ];
}

// RFC 6901: somebody else's property may have any name.
function pointer(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
