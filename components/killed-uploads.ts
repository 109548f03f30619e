import * as pulumi from "@pulumi/pulumi";
import { readlinkSync } from "node:fs";
import { glanceInventory } from "../core/openstack/glance-inventory.ts";
import type { GlanceImage } from "../core/openstack/glance.ts";
import { leftoversOf, type UploadedAs } from "../core/openstack/leftovers.ts";
import { abandonedUploads, forgetUpload, noteUpload } from "../core/openstack/upload-notes.ts";
import { uuidsIn } from "../core/prune/references.ts";
import { engineAbove } from "../providers/engine.ts";
import { openSession } from "./open-session.ts";

// An engine that is killed in mid-upload never learns the id of the record that its plugin has made. So every upload is noted while it
// runs, and the next update takes away what the noted one has left. A state that was saved before the kill names the image: it stays.

/** Notes an upload of this update; `before` are the ids of such records that are there already. */
export async function noteRunningUpload(urn: string, upload: UploadedAs, before: ReadonlySet<string>): Promise<void> {
  const engine = engineAbove(process.pid);
  if (engine === undefined) return;
  await noteUpload(process.cwd(), { engine, backend: backend(), urn, upload, before: [...before] });
}

/** Forgets it. */
export function forgetRunningUpload(urn: string): void {
  const engine = engineAbove(process.pid);
  if (engine !== undefined) forgetUpload(process.cwd(), { engine, urn });
}

/**
 * Deletes from Glance what killed updates of this stack have left in mid-upload. To be awaited before the first resource is registered:
 * what this update uploads must not be taken for it. If that cannot be done it is said, and tried again by the next update.
 */
export async function removeKilledUploads(): Promise<void> {
  if (pulumi.runtime.isDryRun()) return;
  const urns = `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::`;
  const notes = abandonedUploads(process.cwd(), { urns, backend: backend() });
  if (notes.length === 0) return;
  try {
    const session = await openSession();
    const inventory = glanceInventory(session);
    const left = new Map<string, GlanceImage>();
    const own = notes.filter(({ upload }) => upload.projectId === session.projectId);
    for (const { upload, before } of own)
      for (const image of await leftoversOf(inventory, upload, new Set(before))) left.set(image.id, image);
    // After Glance: an image that it has shown is in the state by now, if it ever will be.
    const inState = left.size === 0 ? new Set<string>() : new Set(uuidsIn(await exportedState()));
    for (const { id, name } of left.values()) {
      if (inState.has(id.toLowerCase())) continue;
      await inventory.delete(id);
      await pulumi.log.info(`${name}: deleted image ${id}, which an update that was killed has left in Glance`);
    }
    for (const note of own) forgetUpload(process.cwd(), note);
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    await pulumi.log.warn(`Glance may hold images of an update that was killed, and they stay for now: ${why}`);
  }
}

// As far as it can be told without asking the engine; two of them can have stacks of the same name.
function backend(): string {
  return process.env["PULUMI_BACKEND_URL"] ?? "";
}

async function exportedState(): Promise<string> {
  const engine = engineAbove(process.pid);
  if (engine === undefined) throw new Error("no pulumi is above this process");
  // The very engine that runs this update, wherever it is installed.
  const pulumiBinary = readlinkSync(`/proc/${engine.pid}/exe`);
  const organization = pulumi.getOrganization();
  const stack = [pulumi.getStack()];
  // What file backends say where there are no organizations.
  if (organization !== "organization") stack.unshift(organization, pulumi.getProject());
  const args = ["stack", "export", "--stack", stack.join("/"), "--non-interactive"];
  const { execa } = await import("execa");
  return (await execa(pulumiBinary, args, { stdin: "ignore" })).stdout;
}
