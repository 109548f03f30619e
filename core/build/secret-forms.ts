/**
 * The ways in which a secret can stand in a file or a log, the value itself first: as shells, JSON and addresses write it, and in base64 at each of the
 * three places that it can have in a longer text (`auth` of a registry's config.json is user and password together).
 */
export function secretForms(value: string): string[] {
  const escaped = [
    value,
    // Within single quotes, as bash traces a command; and as its `printf %q` writes it.
    value.replaceAll("'", "'\\''"),
    value.replace(/[^\w@%+=:,./-]/g, "\\$&"),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replace(/[!'()*]/g, percent),
    encodeURIComponent(value)
      .replace(/[!'()*]/g, percent)
      .replaceAll("%2F", "/"),
    new URLSearchParams({ value }).toString().slice("value=".length),
  ];
  return [...new Set([...escaped, ...base64Forms(Buffer.from(value))])];
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
