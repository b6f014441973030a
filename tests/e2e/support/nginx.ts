import { readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "./certificate.js";
import { Child } from "./child.js";
import { freePort, makeFolder, projectRoot } from "./paths.js";
import { portIsOpen } from "./scale/server.js";
import { until } from "./until.js";

// What stands behind nginx. One port: one process is all there is. Two lists: the nodes of each role.
export type Upstreams = number | { identity: number[]; gate: number[] };

// A real nginx with the configuration that deploy/nginx/ ships, on a port of its own.
export class Nginx {
  readonly folder = makeFolder();
  port = 0;
  private tls = false;
  process!: Child;

  private constructor() {}

  // `tls`: with a certificate that nobody vouches for.
  static async start(upstreams: Upstreams, appPort: number, port?: number, tls = false): Promise<Nginx> {
    const nginx = new Nginx();
    nginx.port = port ?? (await freePort());
    if (tls) makeCertificate(nginx.folder, "app.example");
    nginx.tls = tls;
    await nginx.run(upstreams, appPort);
    return nginx;
  }

  errorLog(): string {
    const file = join(this.folder, "nginx-error.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
  accessLog(): string {
    return readFileSync(join(this.folder, "nginx-access.log"), "utf8");
  }

  async stop(): Promise<void> {
    if (this.process.running) await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(upstreams: Upstreams, appPort: number): Promise<void> {
    this.configure(upstreams, appPort);
    const log = join(this.folder, "nginx-error.log");
    const args = ["-p", this.folder, "-e", log, "-c", join(this.folder, "standalone.conf")];
    // Its workers outlive a master that is killed, not one that is told to end.
    this.process = new Child("/usr/sbin/nginx", args, { orphaned: "SIGTERM" });
    await until("nginx listens", 20, () => !this.process.running || portIsOpen(this.port));
    if (this.process.running) return;
    const why = this.errorLog() + this.process.lines.join("\n");
    await this.stop();
    throw new Error(`nginx did not start:\n${why}`);
  }

  private configure(upstreams: Upstreams, appPort: number): void {
    const single = typeof upstreams === "number";
    const values: Record<string, string> = {
      DIR: this.folder,
      NGINX_PORT: String(this.port),
      APP_PORT: String(appPort),
      GATEHOUSE_PORT: single ? String(upstreams) : "",
      IDENTITY_SERVERS: single ? "" : servers(upstreams.identity),
      GATE_SERVERS: single ? "" : servers(upstreams.gate),
    };
    const names = ["gatehouse.conf", "standalone.conf", single ? "upstreams.conf" : "upstreams-scale.conf"];
    for (const name of names) {
      const template = readFileSync(join(projectRoot, "deploy/nginx", name), "utf8");
      const listening = `ssl;\n    ssl_certificate ${this.folder}/certificate.pem;\n    ssl_certificate_key ${this.folder}/key.pem;`;
      const text = (this.tls ? template.replace(/(listen [^;]+);/, `$1 ${listening}`) : template).replace(/^( *#.*)|\$\{([A-Z_]+)\}/gm, (_, comment: string, key: string) => comment ?? values[key]!);
      writeFileSync(join(this.folder, name.replace("-scale", "")), text);
    }
  }
}

function servers(ports: number[]): string {
  return ports.map((port) => `    server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;`).join("\n");
}
