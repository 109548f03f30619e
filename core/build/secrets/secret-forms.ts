/**
 * The ways in which a secret can stand in a file or a log, the value itself first: as shells, JSON and addresses write it, and in base64 at each of the
 * three places that it can have in a longer text (`auth` of a registry's config.json is user and password together).
 */
export function secretForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const escaped = [
    value,
    // As bash traces a command: in single quotes, or with `$'` where the locale is C, as in diskimage-builder; as its `printf %q` writes it.
    value.replaceAll("'", "'\\''"),
    value.replace(/['\\]/g, "\\$&").replace(/[^\0-\x7f]+/g, octal),
    value.replace(/[^\w@%+=:,./\u0080-\uffff-]/g, "\\$&"),
    // In double quotes, as its `declare -p` writes it.
    value.replace(/["$`\\]/g, "\\$&"),
    // As Python's shlex.quote.
    value.replaceAll("'", `'"'"'`),
    json,
    json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
    encodeURIComponent(value),
    encodeURIComponent(value).replace(/[!'()*]/g, percent),
    encodeURIComponent(value)
      .replace(/[!'()*]/g, percent)
      .replaceAll("%2F", "/"),
    new URLSearchParams({ value }).toString().slice("value=".length),
  ];
  return [...new Set([...escaped, ...base64Forms(Buffer.from(value))])];
}

function octal(characters: string): string {
  return [...Buffer.from(characters)].map((byte) => `\\${byte.toString(8)}`).join("");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** What the value alone decides of a base64 text in which it stands behind 0, 1 or 2 bytes (modulo 3). */
function base64Forms(value: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), value]);
    const form = bytes.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
