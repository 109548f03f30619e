/** Both ways of doing the same; each returns its figure. */
export interface Pair {
  readonly ours: () => Promise<number>;
  readonly plain: () => Promise<number>;
}

/** Figures of the pairs, in their order. */
export interface PairFigures {
  readonly ours: number[];
  readonly plain: number[];
}

/**
 * Runs both in turns, and who begins changes with every pair: what one leaves in caches is there for either.
 * @param say told before each pair
 */
export async function inPairs(count: number, { ours, plain }: Pair, say: (text: string) => void): Promise<PairFigures> {
  const figures: PairFigures = { ours: [], plain: [] };
  for (let pair = 0; pair < count; pair++) {
    say(`pair ${pair + 1} of ${count}`);
    const first = pair % 2 === 0;
    if (first) figures.ours.push(await ours());
    figures.plain.push(await plain());
    if (!first) figures.ours.push(await ours());
  }
  return figures;
}

/** Milliseconds that something takes. */
export async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
