import { readFileSync } from "node:fs";
import * as tls from "node:tls";

// Beside Node's own NODE_EXTRA_CA_CERTS: the variables of OpenSSL, curl and Python's requests.
const bundleVariables = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] as const;

let known: { readonly key: string; readonly context: tls.SecureContext } | undefined;

/** What TLS trusts on this machine: Node's list, the system's, and the operator's bundles. Reading them takes a while, so it is done once. */
export function trustedContext(environment: NodeJS.ProcessEnv = process.env): tls.SecureContext {
  const key = JSON.stringify(bundleVariables.map((name) => environment[name]));
  if (known?.key !== key) known = { key, context: tls.createSecureContext({ ca: trustedCertificates(environment) }) };
  return known.context;
}

/**
 * Certificates in PEM, each once. A variable that names no readable file adds nothing: the failing handshake will say which
 * variables there are.
 */
export function trustedCertificates(environment: NodeJS.ProcessEnv): string[] {
  const bundles = new Set(bundleVariables.map((name) => environment[name] ?? "").filter((path) => path !== ""));
  const extra = [...bundles].flatMap((path) => {
    try {
      return readFileSync(path, "utf8").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    } catch {
      return [];
    }
  });
  const all = [...tls.getCACertificates("default"), ...tls.getCACertificates("system"), ...extra];
  return [...new Map(all.map((certificate) => [certificate.replace(/\s/g, ""), certificate])).values()];
}
