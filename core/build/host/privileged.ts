/** A command as root: itself for root, otherwise through sudo, which never asks. */
export function privileged(command: readonly string[], uid = process.getuid?.() ?? -1): string[] {
  return uid === 0 ? [...command] : ["sudo", "-n", ...command];
}
