import type { RecipeContent } from "../../recipe/content.ts";
import type { HostSources } from "../sources/host-sources.ts";
import { inside } from "./inside-paths.ts";
import { privateTexts } from "../sources/private-texts.ts";

/** What our hooks in the image read, see hooks/ironic-images/README.md. */
export function finishFileContent(
  content: Pick<RecipeContent, "sources">,
  host: HostSources,
  contentVariables: readonly string[],
): unknown {
  return {
    /** Where the first hook saves the image's package sources for the last one. */
    saved: `${inside.job}/saved`,
    build: { mirror: host.mirrors.distribution, security: host.mirrors.security },
    sources: content.sources ?? {},
    private: privateTexts(host),
    /** The only variables that may stay in the manifest `dib_environment`. */
    keepVariables: contentVariables,
  };
}
