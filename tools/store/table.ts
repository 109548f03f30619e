import { artifactPath } from "../../core/artifacts/names.ts";
import type { ArtifactRecord } from "../../core/artifacts/record.ts";
import { textTable } from "../text.ts";

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
  return textTable([["ARTIFACT", "SIZE", "BUILD", "BUILT AT"], ...rows]);
}
