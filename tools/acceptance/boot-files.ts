import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { digestsOf, type Digests } from "./digests.ts";

/** What Ironic must have put in place for a node to boot over the network. */
export interface ExpectedBoot {
  /**
   * What may lie in the node's directory under a name, e.g. `deploy_kernel`. Ironic unpacks what is packed with zstd
   * (`_handle_zstd_compression` in ironic/common/images.py).
   */
  readonly files: Readonly<Record<string, Pick<Digests, "sha256" | "unpackedSha256"> | undefined>>;
  /** Label of the iPXE script that the node is led to, e.g. `deploy`. */
  readonly label: string;
}

/**
 * Compares what Ironic prepared below its HTTP root with what the node is to get (paths: ironic/common/pxe_utils.py, image_publisher.py).
 *
 * @returns what is wrong, in one line; undefined if nothing is
 */
export async function bootFilesProblem(
  httpRoot: string,
  nodeId: string,
  expected: ExpectedBoot,
): Promise<string | undefined> {
  const directory = join(httpRoot, nodeId);
  const script = await readFile(join(directory, "config"), "utf8").catch(() => undefined);
  if (script === undefined) return `Ironic wrote no boot script for node ${nodeId}`;
  if (!script.includes(`goto ${expected.label}\n`)) return `Ironic's boot script does not lead to ${expected.label}`;
  for (const [name, allowed] of Object.entries(expected.files)) {
    if (!script.includes(`/${nodeId}/${name}`)) return `Ironic's boot script does not name ${name}`;
    const { sha256 } = await digestsOf(createReadStream(join(directory, name)));
    if (sha256 !== allowed?.sha256 && sha256 !== allowed?.unpackedSha256)
      return `${name} is not the image that the stack names, but another`;
  }
  return undefined;
}

/** The raw disk that the agent of a node fetches, ready once the node waits for its agent. */
export function agentImage(httpRoot: string, nodeId: string): string {
  return join(httpRoot, "agent_images", nodeId);
}
