import { execFileSync } from "node:child_process";
import { join } from "node:path";

// `certificate.pem` and `key.pem` in the folder, signed by nobody else.
export function makeCertificate(folder: string, name: string): void {
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "certificate.pem"), "-subj", `/CN=${name}`];
  execFileSync("openssl", ["req", ...options, ...files], { stdio: "ignore" });
}
