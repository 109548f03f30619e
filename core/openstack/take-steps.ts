import { isDeepStrictEqual } from "node:util";
import { IronicImagesError } from "../errors.ts";
import type { GlanceClient } from "./glance.ts";
import { ownedFields, readOwned, recordPatch, type OwnedFields } from "./owned-fields.ts";
import type { PublicationStep } from "./publication-steps.ts";

/**
 * Takes the steps one after the other.
 *
 * @throws IronicImagesError `publish-failed`: what was changed is put back, and what could not be is named
 */
export async function takeSteps(client: GlanceClient, steps: readonly PublicationStep[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await take(client, step.id, step.from, step.to);
    } catch (error) {
      // The failed step counts too: a lost answer does not say whether Glance acted.
      const left = await putBack(client, steps.slice(0, index + 1).reverse());
      const state =
        left.length === 0
          ? "everything is as it was before"
          : `NOT put back: ${left.join(", ")}; the next pulumi up tries again, until then check them by hand`;
      throw new IronicImagesError(
        "publish-failed",
        `${step.role} ${step.id}: ${changes(step)}; ${state}`,
        (error as Error).message,
        { cause: error },
      );
    }
  }
}

async function take(
  client: GlanceClient,
  id: string,
  from: Partial<OwnedFields>,
  { members, ...to }: Partial<OwnedFields>,
): Promise<void> {
  if (members !== undefined) await setMembers(client, id, members);
  const patch = recordPatch(from, to);
  if (patch.length === 0) return;
  const found = ownedFields(await client.patch(id, patch), []);
  const wrong = (Object.keys(to) as (keyof typeof to)[]).find((name) => !isDeepStrictEqual(found[name], to[name]));
  if (wrong === undefined) return;
  throw new IronicImagesError(
    "glance-refused",
    `Glance: PATCH of image ${id} answered 200, but ${glanceName(wrong)} is ${shown(found[wrong])}`,
  );
}

// The list is read anew: one that was shared before shows its members of then as soon as it is shared again.
async function setMembers(client: GlanceClient, id: string, members: readonly string[]): Promise<void> {
  const found = await client.members(id);
  for (const member of found.filter((one) => !members.includes(one))) await client.removeMember(id, member);
  for (const member of members.filter((one) => !found.includes(one))) await client.addMember(id, member);
}

async function putBack(client: GlanceClient, steps: readonly PublicationStep[]): Promise<string[]> {
  const left: string[] = [];
  for (const { id, role, from, to } of steps) {
    try {
      const found = await readOwned(client, id);
      if (found !== undefined) await take(client, id, found.fields, from);
    } catch {
      left.push(`${role} ${id} (${Object.keys(to).map(glanceName).join(", ")})`);
    }
  }
  return left;
}

function changes({ from, to }: PublicationStep): string {
  const names = Object.keys(to) as (keyof OwnedFields)[];
  return names.map((name) => `${glanceName(name)} ${shown(from[name])} could not become ${shown(to[name])}`).join(", ");
}

function glanceName(field: string): string {
  return field === "hidden" ? "os_hidden" : field;
}

function shown(value: OwnedFields[keyof OwnedFields]): string {
  if (Array.isArray(value)) return value.join(" ") || "none";
  if (typeof value !== "object") return String(value);
  const properties = Object.entries(value).map(([name, text]) => `${name}=${text}`);
  return properties.join(" ") || "none";
}
