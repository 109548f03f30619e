import type { FingerprintInputs } from "../recipe/fingerprint.ts";
import type { HostSources } from "./host-sources.ts";
import { inside } from "./inside-paths.ts";
import { privateTexts } from "./private-texts.ts";

/** What our hooks in the image read, see hooks/ironic-images/README.md. */
export function finishFileContent(
  inputs: Pick<FingerprintInputs, "sources">,
  host: HostSources,
  contentVariables: readonly string[],
): unknown {
  return {
    /** Where the first hook saves the image's package sources for the last one. */
    saved: `${inside.job}/saved`,
    build: { mirror: host.mirrors.distribution, security: host.mirrors.security },
    sources: inputs.sources ?? {},
    private: privateTexts(host),
    /** The only variables that may stay in the manifest `dib_environment`. */
    keepVariables: contentVariables,
  };
}
