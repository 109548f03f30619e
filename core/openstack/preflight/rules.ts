import type { GlanceImage } from "../glance.ts";
import { hasRole } from "../roles.ts";
import type { CloudFacts, StackName } from "./facts.ts";
import type { PlannedGroup, PlannedImage } from "./plan.ts";

/** What a preview says of a cloud: what cannot work, and what is worth a look; whole sentences, each with its config key. */
export interface Verdict {
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** What the rules go by. */
export interface Question {
  readonly groups: readonly PlannedGroup[];
  readonly facts: CloudFacts;
  readonly stack: StackName;
  /** One of these roles is needed to make an image public. */
  readonly publicRoles: readonly string[];
}

const MIB = 1024 * 1024;

/** One demand on a cloud; its sentences are about what this stack plans there. */
export interface PreflightRule {
  readonly name: string;
  /** An error ends the preview. */
  readonly severity: "error" | "warning";
  /** The upstream document or code that it follows. */
  readonly source: string;
  check(question: Question): readonly string[];
}

/** All rules, in the order in which their sentences are said. */
export const preflightRules: readonly PreflightRule[] = [
  {
    name: "formats-accepted",
    severity: "error",
    source:
      "Glance, glance-api.conf disk_formats and container_formats, which the image schema shows (GET /v2/schemas/image)",
    check: formatRefusals,
  },
  {
    name: "roles-suffice",
    severity: "error",
    source: "Glance, policies/image.py: upload_image is for members, publicize_image for administrators",
    check: roleRefusals,
  },
  {
    name: "default-store-writable",
    severity: "error",
    source: "Glance, api/v2/discovery.py get_stores: read-only stores",
    check: storeRefusals,
  },
  {
    name: "quotas-suffice",
    severity: "error",
    source: "Glance, quota/keystone.py; it checks a size only while or after the data arrives",
    check: quotaRefusals,
  },
  {
    name: "names-of-nobody-else",
    severity: "error",
    source: "Glance allows one name twice; whoever asks by name gets either",
    check: (question) => nameSentences(question).refusals,
  },
  {
    name: "names-of-no-other-stack",
    severity: "warning",
    source: "as names-of-nobody-else",
    check: (question) => nameSentences(question).warnings,
  },
];

/** What all rules say. */
export function judge(question: Question): Verdict {
  const sentences = (severity: PreflightRule["severity"]) =>
    preflightRules.filter((rule) => rule.severity === severity).flatMap((rule) => rule.check(question));
  return { refusals: sentences("error"), warnings: sentences("warning") };
}

function formatRefusals({ groups, facts: { formats } }: Question): string[] {
  return groups.flatMap(({ configKey, images }) =>
    images.flatMap(({ role, diskFormat, containerFormat }) => [
      ...(formats.disk.includes(diskFormat)
        ? []
        : [
            `${configKey}: this Glance takes no disk_format ${diskFormat}, which the ${role} needs; it takes ${formats.disk.join(", ")}${role === "image" ? `; set ${configKey}.overrides.diskFormat` : ""}`,
          ]),
      ...(formats.container.includes(containerFormat)
        ? []
        : [
            `${configKey}: this Glance takes no container_format ${containerFormat}, which the ${role} needs; it takes ${formats.container.join(", ")}`,
          ]),
    ]),
  );
}

// What stands in Glance as it is planned needs no role.
function roleRefusals(question: Question): string[] {
  const { groups, facts, publicRoles } = question;
  const { roles } = facts;
  const has = `the credentials have ${roles.join(", ") || "no role"} in their project`;
  const uploads = groups.filter((group) => missingImages(group, facts).length > 0);
  if (uploads.length > 0 && roles.every((role) => hasRole([role], ["reader"]))) {
    const keys = uploads.map(({ configKey }) => configKey).join(", ");
    return [`openstack:cloud: ${has}, and an upload needs the role member (${keys}); take other credentials`];
  }
  if (hasRole(roles, publicRoles)) return [];
  return groups
    .filter((group) => group.visibility === "public" && !isPublished(group, facts))
    .map(
      ({ configKey }) =>
        `${configKey}.visibility: public needs the role ${publicRoles.join(" or ")}, and ${has}; take other credentials, another visibility, or name this cloud's role in publicRoles`,
    );
}

// The openstack plugin cannot choose another store.
function storeRefusals({ groups, facts }: Question): string[] {
  const closed = facts.stores.find((store) => store.isDefault && store.isReadOnly);
  const keys = groups.filter((group) => missingImages(group, facts).length > 0).map(({ configKey }) => configKey);
  if (closed === undefined || keys.length === 0) return [];
  return [`${keys.join(", ")}: Glance's default store ${closed.id} is read-only, so nothing can be uploaded`];
}

// Against what is not in Glance yet: the replaced images stay until the new ones are there.
function quotaRefusals({ groups, facts }: Question): string[] {
  const missing = groups
    .map((group) => ({ configKey: group.configKey, images: missingImages(group, facts) }))
    .filter(({ images }) => images.length > 0);
  const keys = missing.map(({ configKey }) => configKey).join(", ");
  const images = missing.flatMap((group) => group.images);
  const bytes = images.reduce((sum, { size }) => sum + (size ?? 0), 0);
  const needs = [
    { quota: "image_size_total", needed: Math.ceil(bytes / MIB), unit: " MiB" },
    { quota: "image_count_total", needed: images.length, unit: "" },
    { quota: "image_count_uploading", needed: Math.min(images.length, 1), unit: "" },
  ];
  return needs.flatMap(({ quota, needed, unit }) => {
    const { limit, usage } = facts.usage[quota] ?? { limit: -1, usage: 0 };
    if (limit < 0 || needed === 0 || usage + needed <= limit) return [];
    return [
      `${keys}: the quota ${quota} is ${limit}${unit}, ${usage}${unit} are used, and ${needed}${unit} more are needed; raise it, or delete images`,
    ];
  });
}

function nameSentences({ groups, facts, stack }: Question): Verdict {
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const { name, nameKey } of groups.flatMap(({ images }) => images)) {
    for (const image of facts.named.filter((candidate) => candidate.name === name && !isGoing(candidate))) {
      const owner = `image ${image.id} of project ${image.owner ?? "?"}`;
      if (!isOurs(image)) {
        refusals.push(
          `${nameKey}: ${owner} is called ${name} too, and is not of this program; give one of them another name`,
        );
      } else if (!(image.owner === facts.projectId && isOfStack(image, stack))) {
        warnings.push(
          `${nameKey}: ${owner} is called ${name} too; it is of the stack ${String(image["ironic_images_stack"])} of ${String(image["ironic_images_project"])}`,
        );
      }
    }
  }
  return { refusals, warnings };
}

/** What of a group would be uploaded. */
function missingImages(group: PlannedGroup, facts: CloudFacts): PlannedImage[] {
  return group.images.filter((image) => standing(group, image, facts) === undefined);
}

function isPublished(group: PlannedGroup, facts: CloudFacts): boolean {
  return group.images.every((image) => standing(group, image, facts)?.visibility === group.visibility);
}

// Another project can share or publish images under any properties; only its owner tells whose an image is.
function standing(group: PlannedGroup, image: PlannedImage, { own, projectId }: CloudFacts): GlanceImage | undefined {
  return own.find(
    (candidate) =>
      candidate.owner === projectId &&
      candidate.status === "active" &&
      candidate["ironic_images_image"] === group.imageKey &&
      candidate["ironic_images_fingerprint"] === group.fingerprint &&
      candidate.container_format === image.containerFormat,
  );
}

// Glance takes an image's properties away first, and lists it without them until its record goes too (glance/db ImageRepo.remove).
function isGoing({ status }: GlanceImage): boolean {
  return status === "deleted" || status === "pending_delete";
}

function isOurs(image: GlanceImage): boolean {
  return Object.keys(image).some((key) => key.startsWith("ironic_images_"));
}

function isOfStack(image: GlanceImage, { project, stack }: StackName): boolean {
  return image["ironic_images_project"] === project && image["ironic_images_stack"] === stack;
}
