const cluster = 512;

/** Where the first of the second tables is. */
const tables = 8 * 2 ** 20;

/**
 * A qcow2 file with clusters of 512 bytes whose second tables lie so many bytes apart; nothing is in them.
 * @returns its beginning, and the size with the zeros behind that
 */
export function scatteredTables(count: number, apart: number): { start: Buffer; size: number } {
  const start = Buffer.alloc(tables);
  start.write("QFI\xfb", 0, "latin1");
  // Version, bits of a cluster, entries of the first table, clusters of reference counts, bits of a count, length of this.
  for (const [at, value] of [
    [4, 3],
    [20, 9],
    [36, count],
    [56, 1],
    [96, 4],
    [100, 104],
  ] as const)
    start.writeUInt32BE(value, at);
  start.writeBigUInt64BE(BigInt(count * (cluster / 8) * cluster), 24);
  start.writeBigUInt64BE(BigInt(2 * cluster), 40);
  start.writeBigUInt64BE(BigInt(cluster), 48);
  for (let index = 0; index < count; index++)
    start.writeBigUInt64BE(BigInt(tables + index * apart), 2 * cluster + index * 8);
  return { start, size: tables + count * apart };
}
