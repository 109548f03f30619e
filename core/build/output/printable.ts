/** Control characters but tab and line feed, and those that turn the direction of what is read: a terminal would obey them. */
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text of unknown origin as it can be shown to a person and written as UTF-8. */
export function printable(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(controls, "\ufffd").toWellFormed();
}
