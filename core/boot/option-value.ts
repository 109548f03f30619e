/** A path in QEMU's option lists, in which a comma ends a value, and two of them are one. */
export function optionValue(path: string): string {
  return path.replaceAll(",", ",,");
}
