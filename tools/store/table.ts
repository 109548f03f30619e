import { artifactPath } from "../../core/artifacts/names.ts";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";

/** One line an artifact: where it is, its size, its build, its age. */
export function artifactTable(records: readonly ArtifactRecord[]): string {
  if (records.length === 0) return "No artifacts yet: npm start builds some.";
  const rows = records.map((record) => {
    const bytes = Object.values(record.files).reduce((sum, file) => sum + file.size, 0);
    return [
      artifactPath(record.name, record.fingerprint),
      `${Math.ceil(bytes / 1024 / 1024)} MiB`,
      record.buildId.slice(0, 12),
      record.builtAt,
    ];
  });
  const table = [["ARTIFACT", "SIZE", "BUILD", "BUILT AT"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
