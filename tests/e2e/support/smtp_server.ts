import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.js";
import { makeFolder, projectRoot } from "./paths.js";
import { until } from "./until.js";

// A real SMTP server (Debian's aiosmtpd); tests/support/smtp_server.py says how recipients choose what it does.
export class SmtpServer {
  readonly folder = makeFolder();
  port = 0;
  private process!: Child;

  static async start(options: { tls?: boolean; login?: string; port?: number } = {}): Promise<SmtpServer> {
    const server = new SmtpServer();
    const args = [join(projectRoot, "tests/support/smtp_server.py"), server.folder];
    if (options.tls) {
      const certificate = ["-keyout", join(server.folder, "key.pem"), "-out", server.certificate];
      const subject = ["-subj", "/CN=mail.test", "-addext", "subjectAltName=IP:127.0.0.1"];
      const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
      execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...certificate], { stdio: "ignore" });
      args.push("--tls", "starttls");
    }
    if (options.login !== undefined) args.push("--login", options.login);
    if (options.port !== undefined) args.push("--port", String(options.port));
    server.process = new Child("/usr/bin/python3", args);
    server.port = await server.process.line((line) => Number(/^port (\d+)$/.exec(line)?.[1]) || undefined);
    return server;
  }

  get certificate(): string {
    return join(this.folder, "cert.pem");
  }
  get letters(): string[] {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(".eml"));
    return names.sort().map((name) => readFileSync(join(this.folder, name), "utf8"));
  }
  // The first letter to this address with this in it, now or later.
  async letterTo(address: string, about: string): Promise<string> {
    const find = () => this.letters.find((letter) => letter.includes(`\r\nTo: ${address}\r\n`) && letter.includes(about));
    await until(`a letter to ${address}`, 90, () => find() !== undefined);
    return find()!;
  }
  async hangs(): Promise<void> {
    await this.process.line((line) => line === "hangs" || undefined, 60);
  }
  async stop(): Promise<void> {
    await this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
