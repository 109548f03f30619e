import type { ByteSource } from "../byte-source.ts";
import { followClusters, type ClusterFacts } from "./clusters.ts";
import { decompressCluster } from "./decompress.ts";
import { readQcow2Header, type Qcow2Header } from "./header.ts";
import { layoutProblem, readingProblem } from "./layout.ts";

/** What is to be known of a qcow2 file before its disk is read. */
export interface Qcow2Facts {
  /** Undefined: the file ends within it. */
  readonly header?: Qcow2Header;
  /** Why its tables cannot be followed. */
  readonly problem?: string;
  /** Undefined where tables cannot be followed, or mean something else than we know. */
  readonly clusters?: ClusterFacts;
}

/** Reads header and tables of a file that begins as qcow2. */
export async function inspectQcow2(source: ByteSource): Promise<Qcow2Facts> {
  const header = await readQcow2Header(source);
  if (header === undefined) return {};
  // Another version or feature may mean another layout: that is said, and nothing is concluded from it.
  if (readingProblem(header) !== undefined) return { header };
  const problem = layoutProblem(header, source.size);
  if (problem !== undefined) return { header, problem };
  const clusters = await followClusters(source, header);
  return { header, clusters: await settleDoubt(source, header, clusters) };
}

/** Whether the compressed cluster at the unfinished end of the file is whole, which only unpacking it tells. */
async function settleDoubt(source: ByteSource, header: Qcow2Header, clusters: ClusterFacts): Promise<ClusterFacts> {
  if (clusters.doubtful === undefined) return clusters;
  const packed = await source.read(clusters.doubtful.offset, clusters.doubtful.length);
  const whole = decompressCluster(packed, header.compressionType, 2 ** header.clusterBits) !== undefined;
  return whole ? clusters : { ...clusters, outside: clusters.outside + 1 };
}
