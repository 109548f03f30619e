/** Rows as a table for a terminal: columns of equal width, no blanks at the end of a line. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** The end of what a command said, as much of it as a person reads. */
export function lastLines(text: string, count = 20): string {
  return text.trim().split("\n").slice(-count).join("\n");
}
