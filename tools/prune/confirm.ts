import { createInterface } from "node:readline";

/** Asks on the terminal; anything but `y` or `yes`, an end of input and Ctrl-C too, is a no. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const { promise, resolve } = Promise.withResolvers<string>();
  terminal.on("close", () => resolve(""));
  terminal.question(`${question} (y/N) `, resolve);
  const answer = await promise;
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
