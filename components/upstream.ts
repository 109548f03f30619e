import * as pulumi from "@pulumi/pulumi";
import { movedUpstream } from "../core/deploy-images/upstream.ts";
import type { StackModel } from "../core/recipe/model.ts";

/** Warns of downloads whose publisher has another build by now. Takes 2 s at most, and says nothing when it cannot be asked. */
export async function warnOfMovedUpstream({ deployImages }: Pick<StackModel, "deployImages">): Promise<void> {
  const sources = deployImages.flatMap(({ architecture, download }) =>
    download === undefined ? [] : [{ key: `deployImages.${architecture}.download`, source: download }],
  );
  for (const sentence of await movedUpstream(sources)) await pulumi.log.warn(sentence);
}
