/** What a rule says of a file. */
export interface Finding {
  /** Name of the rule, kebab-case, e.g. `qcow2-no-backing-file`. */
  readonly rule: string;
  /** An error keeps the file out of store and cloud. */
  readonly severity: "error" | "warning";
  /** One line for a person: what is wrong, and what to do. Without the file's name, which the caller knows. */
  readonly message: string;
}

/** One demand on what was found out about a file. */
export interface Rule<Facts> {
  readonly name: string;
  readonly severity: Finding["severity"];
  /** The upstream document or code that demands it, or what goes wrong where nobody upstream looks. */
  readonly source: string;
  /** The message of a finding; undefined if all is well or the rule is about something else. */
  check(facts: Facts): string | undefined;
}

/** What the rules find, in their order, errors and warnings mixed. */
export function applyRules<Facts>(rules: readonly Rule<Facts>[], facts: Facts): Finding[] {
  return rules.flatMap((rule) => {
    const message = rule.check(facts);
    return message === undefined ? [] : [{ rule: rule.name, severity: rule.severity, message }];
  });
}

/** Text from a hostile file for a message: one line of printable ASCII, at most 100 characters of it. */
export function quoted(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, "?");
  return printable.length > 100 ? `${printable.slice(0, 100)}…` : printable;
}
