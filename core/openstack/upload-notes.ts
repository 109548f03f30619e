import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { replaceFile } from "../artifacts/replace-file.ts";
import { isRunning } from "../build/jobs/process-identity.ts";

/** Where uploads are noted while they run, relative to the project. */
export const notesDirectory = ".images/uploads";

const noteSchema = z.object({
  schema: z.literal(1),
  /** Where the engine runs: elsewhere nobody can tell whether it still does. */
  host: z.string(),
  engine: z.object({ pid: z.number(), startTime: z.string() }),
  /** Where Pulumi keeps the state that the upload belongs to. */
  backend: z.string(),
  urn: z.string(),
  upload: z.object({
    projectId: z.string(),
    name: z.string(),
    containerFormat: z.string(),
    properties: z.record(z.string(), z.string()),
  }),
  /** Ids of the records of such an upload that were there before it. */
  before: z.array(z.string()),
});

/** An upload that has begun. What it leaves in Glance, when its engine is killed, stands in no state. */
export type UploadNote = z.infer<typeof noteSchema>;

/** What a note of this machine needs to be told. */
export type NotedUpload = Pick<UploadNote, "engine" | "backend" | "urn" | "upload" | "before">;

/** Notes an upload before it begins. A repeated attempt of the same engine keeps the first note, which knows of the least. */
export async function noteUpload(projectDirectory: string, noted: NotedUpload): Promise<void> {
  const path = notePath(projectDirectory, noted);
  if (existsSync(path)) return;
  mkdirSync(join(projectDirectory, notesDirectory), { recursive: true, mode: 0o700 });
  const note: UploadNote = { schema: 1, host: hostname(), ...noted };
  await replaceFile(path, `${JSON.stringify(note)}\n`);
}

/** Forgets an upload whose outcome is in the state, or of which nothing is left. */
export function forgetUpload(projectDirectory: string, noted: Pick<NotedUpload, "engine" | "urn">): void {
  rmSync(notePath(projectDirectory, noted), { force: true });
}

/**
 * The uploads of one stack whose engine is gone: it was killed, or could not forget them.
 *
 * @param of.urns what the URNs of the stack begin with
 */
export function abandonedUploads(
  projectDirectory: string,
  of: { readonly urns: string; readonly backend: string },
): UploadNote[] {
  const directory = join(projectDirectory, notesDirectory);
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => parsed(join(directory, name)))
    .filter(({ urn, backend, host, engine }) => {
      return urn.startsWith(of.urns) && backend === of.backend && host === hostname() && !isRunning(engine);
    });
}

function notePath(projectDirectory: string, { engine, urn }: Pick<NotedUpload, "engine" | "urn">): string {
  const digest = createHash("sha256").update(urn).digest("hex").slice(0, 16);
  return join(projectDirectory, notesDirectory, `${digest}-${engine.pid}-${engine.startTime}.json`);
}

function parsed(path: string): UploadNote[] {
  try {
    return [noteSchema.parse(JSON.parse(readFileSync(path, "utf8")))];
  } catch {
    // Gone meanwhile, or of another version.
    return [];
  }
}
