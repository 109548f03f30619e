const block = Buffer.alloc(16 * 1024);

/** How many zeros bytes begin with; as fast as memory, since there may be gigabytes of them. */
export function leadingZeros(bytes: Buffer): number {
  let at = 0;
  for (; at + block.length <= bytes.length; at += block.length)
    if (bytes.compare(block, 0, block.length, at, at + block.length) !== 0) break;
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}
