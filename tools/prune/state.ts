import { z } from "zod";
import { IronicImagesError } from "../../core/errors.ts";
import { uuidsIn } from "../../core/prune/references.ts";

/** What prune needs of a stack's state. */
export interface StackState {
  /** The export word for word, to see whether it changed. */
  readonly exported: string;
  /**
   * Every UUID in it, in lower case, whatever it belongs to: so an image that waits for its deletion counts as well as one that
   * only a publication or an output names.
   */
  readonly ids: ReadonlySet<string>;
  readonly savedAt: Date;
  readonly hasResources: boolean;
  /** Ids of the OpenStack projects that own the stack's images. */
  readonly projectIds: readonly string[];
}

const imageType = "openstack:images/image:Image";

const exportSchema = z.object({
  deployment: z.object({
    manifest: z.object({ time: z.iso.datetime({ offset: true }) }),
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          outputs: z.looseObject({ owner: z.unknown().optional() }).nullish(),
        }),
      )
      .nullish(),
    pending_operations: z.array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) })).nullish(),
  }),
});

/**
 * Reads what `pulumi stack export` printed.
 *
 * @param stack the stack's plain name
 * @param project name of the Pulumi project
 * @throws IronicImagesError `unreadable-state`, `other-project` (the state of another program), `pending-operations`
 */
export function readState(exported: string, stack: string, project: string): StackState {
  const { manifest, resources, pending_operations: pending } = deploymentOf(exported, stack);
  const foreign = resources?.find(({ urn }) => !urn.startsWith(`urn:pulumi:${stack}::${project}::`));
  if (foreign !== undefined)
    throw new IronicImagesError(
      "other-project",
      `the state holds ${foreign.urn}, which is not of project ${project}, stack ${stack}; nothing was deleted`,
    );
  if (pending && pending.length > 0)
    throw new IronicImagesError(
      "pending-operations",
      `stack ${stack} has ${pending.length} pending operations, so nothing was deleted: wait until the running pulumi ends; ` +
        `if none runs, one was killed: \`pulumi refresh --clear-pending-creates --stack ${stack}\`, then prune again`,
      pending.map(({ type, resource }) => `${type} ${resource.urn}`).join("\n"),
    );
  return {
    exported,
    ids: new Set(uuidsIn(exported)),
    savedAt: new Date(manifest.time),
    hasResources: (resources ?? []).length > 0,
    projectIds: [
      ...new Set(
        resources?.flatMap(({ type, outputs }) =>
          type === imageType && typeof outputs?.owner === "string" ? [outputs.owner] : [],
        ),
      ),
    ],
  };
}

function deploymentOf(exported: string, stack: string): z.infer<typeof exportSchema>["deployment"] {
  let json: unknown;
  try {
    json = JSON.parse(exported);
  } catch {
    json = undefined;
  }
  const parsed = exportSchema.safeParse(json);
  if (parsed.success) return parsed.data.deployment;
  throw new IronicImagesError(
    "unreadable-state",
    `\`pulumi stack export --stack ${stack}\` gave no deployment, and without the stack's state nothing is deleted`,
    z.prettifyError(parsed.error),
  );
}
