/** What the lines of a guest's console have said so far, each told once it is read, however much comes after it. */
export class BootListener {
  readonly #sign: RegExp;
  readonly #success: RegExp | string;
  readonly #panic: RegExp;
  /** Whether the system was heard. */
  heard = false;
  /** Whether the guest is up. */
  up = false;
  /** The kernel's last word. */
  panic: string | undefined;

  /** @param success a text counts in whole lines only, a pattern at once: a prompt is the end of a line that may go on */
  constructor({ sign, success, panic }: { sign: RegExp; success: RegExp | string; panic: RegExp }) {
    this.#sign = sign;
    this.#success = success;
    this.#panic = panic;
  }

  /**
   * Takes one line of plain text, without its newline; again when more of it is known.
   * @param whole false while more may come
   */
  hear(line: string, whole: boolean): void {
    this.heard ||= this.#sign.test(line);
    if (whole) this.panic ??= this.#panic.exec(line)?.[0];
    if (typeof this.#success === "string") this.up ||= whole && line.includes(this.#success);
    else this.up ||= this.#success.test(line);
  }
}
