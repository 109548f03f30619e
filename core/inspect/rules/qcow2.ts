import { quoted } from "../finding.ts";
import type { ClusterFacts } from "../qcow2/clusters.ts";
import type { Qcow2Facts } from "../qcow2/facts.ts";
import { incompatible, type Qcow2Header } from "../qcow2/header.ts";
import type { DiskImageRule } from "./case.ts";

const inspector = "oslo.utils imageutils/format_inspector.py, QcowInspector";
const flatten = "flatten it with qemu-img convert -O qcow2";

/** What makes a qcow2 file unsafe, unreadable or incomplete. */
export const qcow2Rules: readonly DiskImageRule[] = [
  {
    name: "qcow2-whole-header",
    severity: "error",
    source: "QEMU, docs/interop/qcow2.rst, section Header",
    check: ({ facts: { qcow2 } }) =>
      qcow2 && !qcow2.header ? "it ends within its qcow2 header; build or copy it again" : undefined,
  },
  headerRule("qcow2-version", `${inspector}.check_unknown_features`, ({ version }) =>
    version !== 2 && version !== 3
      ? `it is a qcow2 file of version ${version}, and Glance and Ironic know 2 and 3; make it anew with qemu-img convert -O qcow2`
      : undefined,
  ),
  headerRule("qcow2-no-backing-file", `${inspector}.check_backing_file`, ({ backingFile }) =>
    backingFile === undefined
      ? undefined
      : `it needs another file (backing file ${quoted(backingFile)}), which Glance and Ironic refuse; ${flatten}`,
  ),
  headerRule("qcow2-no-data-file", `${inspector}.check_data_file`, ({ dataFile, dataFileName }) =>
    dataFile || dataFileName !== undefined
      ? `it needs another file (data file ${quoted(dataFileName ?? "")}), which Glance and Ironic refuse; ${flatten}`
      : undefined,
  ),
  headerRule("qcow2-known-features", `${inspector}.check_unknown_features`, ({ incompatibleBits }) => {
    const unknown = incompatibleBits.filter((bit) => bit > incompatible.compressionType);
    return unknown.length === 0
      ? undefined
      : `it uses features of qcow2 that Glance and Ironic refuse (incompatible bits ${unknown.join(", ")}${unknown.includes(incompatible.extendedL2) ? "; 4 is extended_l2" : ""}); make it anew with qemu-img convert -O qcow2, without further options`;
  }),
  headerRule("qcow2-known-compression", "QEMU, block/qcow2.c validate_compression_type", (header) =>
    header.compressionType > 1 ||
    (header.compressionType !== 0) !== header.incompatibleBits.includes(incompatible.compressionType)
      ? `its compression is of type ${header.compressionType}, which does not fit its feature bits or is unknown; make it anew with qemu-img convert -c`
      : undefined,
  ),
  headerRule(
    "qcow2-not-encrypted",
    "QEMU, docs/interop/qcow2.rst, crypt_method: qemu-img convert asks for a key",
    (header) =>
      header.encryption === 0
        ? undefined
        : "it is encrypted by QEMU, and Ironic has no key to convert it; encrypt inside the disk, or not at all",
  ),
  headerRule("qcow2-closed-well", "QEMU, docs/interop/qcow2.rst, dirty and corrupt bits", ({ incompatibleBits }) =>
    incompatibleBits.includes(incompatible.corrupt) || incompatibleBits.includes(incompatible.dirty)
      ? "it is marked as damaged or as not closed properly; repair it with qemu-img check -r all, or build it again"
      : undefined,
  ),
  {
    name: "qcow2-no-snapshots",
    severity: "warning",
    source: "QEMU, docs/interop/qcow2.rst, section Snapshots: they are uploaded, and nobody can use them",
    check: ({ facts: { qcow2 } }) =>
      qcow2?.header && qcow2.header.snapshots > 0
        ? `it carries ${qcow2.header.snapshots} snapshots of earlier states, which everybody can read who can read the image; drop them with qemu-img convert -O qcow2`
        : undefined,
  },
  {
    name: "qcow2-tables",
    severity: "error",
    source: "QEMU, block/qcow2.c qcow2_do_open",
    check: ({ facts: { qcow2 } }) =>
      qcow2?.problem === undefined ? undefined : `it is damaged or cut off: ${qcow2.problem}; build or copy it again`,
  },
  clusterRule(
    "qcow2-clusters-inside",
    "no inspector upstream looks; qemu-img convert fails on the conductor",
    (clusters) =>
      clusters.outside > 0
        ? `it is cut off: ${clusters.outside} of its references point behind its end; build or copy it again`
        : undefined,
  ),
  clusterRule("qcow2-tables-together", "qemu-img convert writes tables in few places", ({ scattered }) =>
    scattered === undefined
      ? undefined
      : `its tables lie in ${scattered} places, and looking through them takes too long; make it anew with qemu-img convert -O qcow2`,
  ),
  clusterRule("qcow2-clusters-aligned", "QEMU, block/qcow2-cluster.c: offset_into_cluster is corruption", (clusters) =>
    clusters.misplaced > 0
      ? `it is damaged: ${clusters.misplaced} of its references do not point at a cluster; build or copy it again`
      : undefined,
  ),
];

function headerRule(name: string, source: string, check: (header: Qcow2Header) => string | undefined): DiskImageRule {
  return qcow2Rule(name, source, ({ header }) => header && check(header));
}

function clusterRule(name: string, source: string, check: (facts: ClusterFacts) => string | undefined): DiskImageRule {
  return qcow2Rule(name, source, ({ clusters }) => clusters && check(clusters));
}

function qcow2Rule(name: string, source: string, check: (facts: Qcow2Facts) => string | undefined): DiskImageRule {
  return { name, severity: "error", source, check: ({ facts: { qcow2 } }) => qcow2 && check(qcow2) };
}
