import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { IronicImagesError } from "../errors.ts";
import { fileSource } from "../inspect/byte-source.ts";
import {
  inspectContent,
  inspectHeaders,
  type ArtifactSources,
  type ContentFacts,
  type FileFinding,
  type WantedArtifact,
} from "../inspect/artifact.ts";
import { rulesVersion } from "../inspect/rules/version.ts";
import { artifactFileNames, artifactFileRoles, recordFileName } from "./names.ts";
import { withStoreLock } from "./quarantine.ts";
import type { ArtifactFileRole, ArtifactRecord, Inspection } from "./record.ts";
import { openRegularFile } from "./regular-file.ts";
import { replaceFile } from "./replace-file.ts";
import { recordText } from "./schema.ts";
import { unpackWithTool } from "./unpack-tool.ts";
import { readRecord } from "./verify.ts";
import { sizeFindings, virtualSizesOf, type VirtualSizes } from "./virtual-sizes.ts";

/** What is to be inspected: the record of an artifact, or as much of it as there is before it is published. The sizes in it are checked. */
export type InspectedRecord = Pick<ArtifactRecord, "name" | "inputs"> & Partial<Pick<ArtifactRecord, "files">>;

/**
 * Reads all of an artifact's content, once, and applies every rule.
 * @returns what goes into the record
 * @throws IronicImagesError `image-refused` with all that is wrong, a line each; `artifact-file-refused`, `host-tool-missing`
 */
export async function inspectArtifact(
  directory: string,
  record: InspectedRecord,
): Promise<{ inspection: Inspection; virtualSizes: VirtualSizes }> {
  // Whether encryption is meant is said where an image is registered: stacks share artifacts.
  const wanted = wantedOf(record, true);
  const { facts, findings, virtualSizes } = await withSources(directory, record, async (sources) => {
    const content = await inspectContent(sources, wanted, unpackWithTool);
    return { ...content, virtualSizes: virtualSizesOf(record, sources, content.facts) };
  });
  refuseErrors(record, [...findings, ...sizeFindings(record.files ?? {}, virtualSizes)]);
  return { inspection: inspectionOf(facts, messages(record, findings, "warning")), virtualSizes };
}

/**
 * The header rules alone: milliseconds, whatever the sizes are.
 * @throws IronicImagesError `image-refused`, `artifact-file-refused`
 */
export async function requireGoodHeaders(
  directory: string,
  record: InspectedRecord,
  allowLuks: boolean,
): Promise<void> {
  const wanted = wantedOf(record, allowLuks);
  const findings = await withSources(directory, record, async (sources) => {
    const headers = await inspectHeaders(sources, wanted);
    return [...headers.findings, ...sizeFindings(record.files ?? {}, virtualSizesOf(record, sources, headers.facts))];
  });
  refuseErrors(record, findings);
}

/** Keeps what an inspection found in the record that is there, unless that is no more the record of these bytes. */
export async function addInspection(
  directory: string,
  record: ArtifactRecord,
  inspection: Inspection,
): Promise<ArtifactRecord> {
  const inspected = { ...record, inspection };
  await withStoreLock(directory, async () => {
    const present = await readRecord(directory);
    if (present === undefined || "why" in present || present.record.buildId !== record.buildId) return;
    await replaceFile(join(directory, recordFileName), recordText(inspected));
  });
  return inspected;
}

function wantedOf({ inputs }: InspectedRecord, allowLuks: boolean): WantedArtifact {
  const { kind, architecture } = inputs;
  if (!("diskFormat" in inputs)) return { kind, architecture, allowLuks };
  return { kind, architecture, diskFormat: inputs.diskFormat, firmware: inputs.firmware, allowLuks };
}

async function withSources<T>(
  directory: string,
  { name, inputs }: InspectedRecord,
  use: (sources: ArtifactSources) => Promise<T>,
): Promise<T> {
  const names = artifactFileNames(name, inputs);
  const handles: FileHandle[] = [];
  try {
    const sources: Partial<Record<ArtifactFileRole, Awaited<ReturnType<typeof fileSource>>>> = {};
    for (const role of artifactFileRoles) {
      const file = names[role];
      if (file === undefined) continue;
      const handle = await openRegularFile(join(directory, file));
      handles.push(handle);
      sources[role] = await fileSource(handle);
    }
    return await use(sources);
  } finally {
    for (const handle of handles) await handle.close();
  }
}

function messages(
  { name, inputs }: InspectedRecord,
  findings: readonly FileFinding[],
  severity: FileFinding["severity"],
): string[] {
  const names = artifactFileNames(name, inputs);
  return findings
    .filter((finding) => finding.severity === severity)
    .map(({ role, rule, message }) => `${names[role] ?? role}: ${message} (${rule})`);
}

function refuseErrors(record: InspectedRecord, findings: readonly FileFinding[]): void {
  const errors = messages(record, findings, "error");
  if (errors.length === 0) return;
  const [first = ""] = errors;
  const rest = errors.length === 1 ? first : `${errors.length} things are wrong with it:`;
  throw new IronicImagesError(
    "image-refused",
    `${record.name} is no image to be used: ${rest}`,
    errors.length === 1 ? "" : errors.join("\n"),
  );
}

function inspectionOf(
  { image, kernel, ramdisk, kernelVersion, initramfs }: ContentFacts,
  warnings: string[],
): Inspection {
  const table = image?.disk?.table.kind;
  const systems = image?.disk?.partitions.flatMap(({ fileSystems }) => fileSystems) ?? [];
  return {
    rules: rulesVersion,
    ...(image && {
      image: {
        virtualSize: image.virtualSize,
        ...(table && { partitionTable: table }),
        fileSystems: [...(image.disk?.fileSystems ?? []), ...systems].map(({ kind }) => kind),
      },
    }),
    ...(kernel?.is === "kernel" && {
      kernel: {
        kind: kernel.kernel.kind,
        architecture: kernel.kernel.architecture,
        ...(kernelVersion === undefined ? {} : { version: kernelVersion }),
      },
    }),
    ...(ramdisk?.is === "initramfs" &&
      initramfs && {
        ramdisk: {
          parts: initramfs.parts,
          unpackedSize: initramfs.unpackedSize,
          moduleVersions: initramfs.moduleVersions,
        },
      }),
    warnings,
  };
}
