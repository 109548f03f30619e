import { IronicImagesError } from "../errors.ts";

/** A failure that another try may not meet. */
export class PassingFailure extends Error {}

/** A URL as it may be shown: without credentials, query and fragment, each of which can hold a secret. */
export function shownUrl(url: string | URL): string {
  const parsed = URL.parse(String(url));
  if (parsed === null)
    return String(url)
      .replace(/[?#].*$/s, "")
      .replace(/\/\/[^/]*@/, "//");
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/**
 * A download that failed for good.
 * @param why goes on after the URL, e.g. `is empty`
 */
export function downloadFailed(url: string | URL, why: string): IronicImagesError {
  return new IronicImagesError("download-failed", `${shownUrl(url)} ${why}`);
}

/**
 * What a failing exchange means: errors of the network may pass, what we found wrong ourselves does not, and a certificate
 * that is not trusted will not be at the next try. Node's own errors can name a proxy with its password, so only their code is kept.
 * @param what in a few words, e.g. `cannot be reached`
 */
export function networkFailure(url: string | URL, error: unknown, what: string): unknown {
  if (!(error instanceof Error) || error instanceof IronicImagesError || error instanceof PassingFailure) return error;
  const { code = error.name } = error as NodeJS.ErrnoException;
  if (/CERT|SELF_SIGNED|ISSUER|VERIFY_LEAF/.test(code)) {
    return downloadFailed(
      url,
      `has a certificate that this machine does not trust (${code}); if it is signed by a CA of your own, name the CA's file in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE`,
    );
  }
  return new PassingFailure(`${what} (${code})`);
}
