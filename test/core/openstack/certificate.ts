import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** A certificate of 127.0.0.1 that signs itself, as PEM; both files lie in the directory as `key.pem` and `cert.pem`. */
export async function selfSigned(directory: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  await execa("openssl", ["req", "-x509", ...curve, "-nodes", "-days", "2", ...names, "-keyout", key, "-out", cert]);
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}
