/** What every failure of this project is: one line that says what is wrong, where, and what to do; details follow it. */
export class IronicImagesError extends Error {
  override readonly name = "IronicImagesError";
  /** Stable, kebab-case name of the failure, for tests and callers, e.g. `artifact-missing`. */
  readonly code: string;
  /** One line: what is wrong, where (config key, file, command, log path), what to do. */
  readonly summary: string;
  /** More lines for a person, e.g. the tail of a log; empty if there are none. */
  readonly details: string;

  constructor(code: string, summary: string, details = "", options?: ErrorOptions) {
    super(details === "" ? summary : `${summary}\n${details}`, options);
    this.code = code;
    this.summary = summary;
    this.details = details;
  }
}
