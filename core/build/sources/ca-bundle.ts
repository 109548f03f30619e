import { stat } from "node:fs/promises";
import { IronicImagesError } from "../../errors.ts";

/** More than all certificate authorities there are, bytes. */
const maxSize = 16 * 2 ** 20;

/**
 * A file of CA certificates that a build can be given: a FIFO would hold it up for ever.
 * @throws IronicImagesError `ca-bundle-unusable`
 */
export async function checkCaBundle(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  const what =
    stats === undefined
      ? "cannot be read"
      : !stats.isFile()
        ? "is no file"
        : stats.size > maxSize
          ? "is too large"
          : "";
  if (what === "") return;
  throw new IronicImagesError(
    "ca-bundle-unusable",
    `The file of CA certificates ${JSON.stringify(path)} ${what}; correct ironic-images:build.caBundle, or SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE of the build host`,
  );
}
