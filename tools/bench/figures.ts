import { comparison, isMet, type Row } from "./result.ts";
import { median } from "./statistics.ts";

/** Titles of {@link rowCells}. */
export const rowTitles = [
  "what",
  "unit",
  "ours: min, median, max",
  "plain: min, median, max",
  "against",
  "result",
  "target",
  "met",
] as const;

/** One row as a person reads it, in the order of {@link rowTitles}. */
export function rowCells(row: Row): string[] {
  const met = isMet(row);
  return [
    row.what,
    row.unit,
    spread(row.ours),
    row.plain === undefined ? "–" : spread(row.plain.figures),
    row.plain?.tool ?? "–",
    comparedText(row, comparison(row)),
    row.target === undefined ? "–" : `≤ ${comparedText(row, row.target)}`,
    met === undefined ? "–" : met ? "yes" : "no",
  ];
}

/** `1.27 1.31 1.50`, or the only one. */
function spread(figures: readonly number[]): string {
  if (figures.length === 1) return shortNumber(figures[0] ?? NaN);
  return [Math.min(...figures), median(figures), Math.max(...figures)].map(shortNumber).join(", ");
}

function comparedText({ compare, unit }: Row, value: number): string {
  if (compare === "ratio") return `${value.toFixed(2)} ×`;
  const sign = compare === "difference" && value >= 0 ? "+" : "";
  return `${sign}${shortNumber(value)} ${unit.split(" ")[0] ?? ""}`;
}

/** Three digits, or all before the point. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
