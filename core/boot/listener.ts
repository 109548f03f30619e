import { kernelEcho, kernelPanic } from "./signs.ts";

/**
 * What the lines of a guest's console have said so far, each told once it is read, however much comes after it. Success counts only
 * after the system was heard, and not in a line in which the kernel repeats what it was given, nor in its last one: text that any
 * boot loader or kernel writes is no word of a system that is up.
 */
export class BootListener {
  readonly #sign: RegExp;
  readonly #success: RegExp | string;
  #succeeded = false;
  /** Whether the system was heard. */
  heard = false;
  /** The kernel's last word. */
  panic: string | undefined;

  /**
   * @param sign that the system speaks
   * @param success a text counts in whole lines only, a pattern at once: a prompt is the end of a line that may go on
   */
  constructor(sign: RegExp, success: RegExp | string) {
    this.#sign = sign;
    this.#success = success;
  }

  /** Whether the guest is up. A kernel that panics is not, whatever was said before. */
  get up(): boolean {
    return this.#succeeded && this.panic === undefined;
  }

  /**
   * Takes one line of plain text, without its newline; again when more of it is known.
   * @param whole false while more may come
   */
  hear(line: string, whole: boolean): void {
    this.heard ||= this.#sign.test(line);
    const panic = kernelPanic.exec(line)?.[0];
    if (whole) this.panic ??= panic;
    if (!this.heard || panic !== undefined || kernelEcho.test(line)) return;
    if (typeof this.#success === "string") this.#succeeded ||= whole && line.includes(this.#success);
    else this.#succeeded ||= this.#success.test(line);
  }
}
