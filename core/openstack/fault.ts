/** What failed in Glance, told from the text of an error, and what an operator can do. */
export interface GlanceFault {
  /**
   * `transient`: the same again may work. `limit`, `refused`: it cannot, before somebody changes something.
   * `gone`: the image is not there any more. `other`: nothing is known of it.
   */
  readonly kind: "transient" | "limit" | "refused" | "gone" | "other";
  /** One or two sentences; empty for `other`. */
  readonly advice: string;
}

interface Sign extends GlanceFault {
  readonly pattern: RegExp;
}

// The first that fits counts. Texts are those of Glance 33 (api/v2/image_data.py, common/exception.py, quota/keystone.py),
// gophercloud v1.8.0 (errors.go, provider_client.go) and our own client.
const signs: readonly Sign[] = [
  {
    pattern: /incoming image is too large/i,
    kind: "limit",
    advice: "The image is larger than image_size_cap in glance-api.conf. Raise it there, or make the image smaller.",
  },
  {
    pattern: /exceeds the storage quota/i,
    kind: "limit",
    advice:
      "The project's images would exceed user_storage_quota in glance-api.conf. Raise it there, or delete images of the project.",
  },
  {
    pattern: /storage media is full/i,
    kind: "limit",
    advice: "Glance's store is full. Its operator must make room there.",
  },
  {
    pattern: /image_(?:size_total|stage_total|count_total|count_uploading)/,
    kind: "limit",
    advice:
      "A limit of the project in Keystone (openstack limit list) is reached. Raise it, or delete images of the project.",
  },
  {
    pattern: /\b413 instead|: 413\b/,
    kind: "limit",
    advice:
      "Something before or in Glance limits the size of an upload: image_size_cap or user_storage_quota in glance-api.conf, limits in Keystone, or a proxy's limit for a request's body.",
  },
  {
    pattern: /\b415 instead|: 415\b/,
    kind: "refused",
    advice: "Glance found that the bytes are not of the declared disk_format. Build the image anew.",
  },
  {
    pattern: /is protected and cannot be deleted/,
    kind: "refused",
    advice:
      "Somebody protected the image, and not this stack. If it may go: openstack image set --unprotected ID, then the same command again.",
  },
  {
    pattern: /Request forbidden|\b403 instead|: 403\b/,
    kind: "refused",
    advice:
      "Glance's policy forbids it to these credentials (openstack:cloud or OS_CLOUD). Use others, or have the role assigned.",
  },
  {
    pattern: /Unable to re-authenticate|Authentication failed|: 401\b/,
    kind: "refused",
    advice: "Keystone does not accept the credentials (openstack:cloud or OS_CLOUD) any more.",
  },
  {
    pattern: /Resource not found: \[POST \S+\/images\]|\[POST \S+\/images\], but got 300 instead/,
    kind: "refused",
    advice:
      "No Glance of version 2 answers at this address. Correct the image endpoint in Keystone's catalog, or image_endpoint_override in clouds.yaml.",
  },
  {
    pattern: /\[PUT \S+\/file\], but got 409 instead/,
    kind: "transient",
    advice:
      "Somebody else wrote to the image, or changed its status, while it was uploaded. What it holds is not used; pulumi up replaces it.",
  },
  {
    pattern: /unexpected state '(?:killed|deactivated|pending_delete|importing|uploading)'/,
    kind: "transient",
    advice: "After its upload the image is not active. pulumi up replaces it.",
  },
  {
    pattern: /Error deleting Image: Resource not found/,
    kind: "gone",
    advice: "The image is gone from Glance already. pulumi up --refresh takes it out of the state.",
  },
  {
    pattern: /Resource not found: \[(?:GET|PUT)|\b410 instead|couldn't find resource|unexpected state 'deleted'/,
    kind: "transient",
    advice: "Somebody deleted the image from Glance while it was uploaded. pulumi up --refresh makes it anew.",
  },
  {
    pattern: /wrong checksum/,
    kind: "transient",
    advice:
      "Glance holds other bytes than were sent: something on the way changed them. pulumi up uploads the image anew.",
  },
  {
    pattern: /file already closed/,
    kind: "transient",
    advice:
      "The token ended during the upload; tokens must live longer than an upload takes. pulumi up uploads the image anew.",
  },
  {
    pattern:
      /connection (?:reset|refused|error|timed out)|broken pipe|closed network connection|\bEOF\b|i\/o timeout|ECONN(?:RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|socket hang up|no answer within/,
    kind: "transient",
    advice:
      "The connection to Glance broke: run pulumi up again. If an upload breaks again and again, Glance or a proxy before it may be refusing it early: look at image_size_cap, quotas, the store's space and the proxy's limits.",
  },
  {
    pattern:
      /temporary overloading|Internal Server Error|Too many requests|timed out waiting for the request|\b(?:500|502|503|504) instead|: (?:500|502|503|504)\b/,
    kind: "transient",
    advice: "Glance, or a proxy before it, could not serve the request: run pulumi up again.",
  },
];

/** What the text of an error says of Glance. */
export function glanceFault(message: string): GlanceFault {
  const sign = signs.find(({ pattern }) => pattern.test(message));
  if (sign === undefined) return { kind: "other", advice: "" };
  return { kind: sign.kind, advice: sign.advice };
}

/** Whether the record was never made as far as the engine knows: then the engine holds no id, and Glance may still hold a record. */
export function isWithoutRecord(message: string): boolean {
  return message.includes("Error creating Image");
}
