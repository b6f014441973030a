import { readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Child } from "./child.js";
import { freePort, makeFolder, projectRoot } from "./paths.js";

// A real nginx with the configuration that deploy/nginx/ ships, on a port of its own.
export class Nginx {
  readonly folder = makeFolder();
  port = 0;
  process!: Child;

  private constructor() {}

  static async start(gatehousePort: number, appPort: number): Promise<Nginx> {
    const nginx = new Nginx();
    for (let attempt = 1; ; attempt++) {
      nginx.port = await freePort();
      nginx.configure(gatehousePort, appPort);
      nginx.process = new Child("/usr/sbin/nginx", [
        ...["-p", nginx.folder, "-e", join(nginx.folder, "nginx-error.log")],
        ...["-c", join(nginx.folder, "standalone.conf")],
      ]);
      if (await nginx.answers()) return nginx;
      if (attempt === 3) throw new Error(`nginx did not start:\n${nginx.errorLog()}`);
    }
  }

  // Where the gate is after its port has changed.
  async pointTo(gatehousePort: number, appPort: number): Promise<void> {
    await this.process.stop();
    this.configure(gatehousePort, appPort);
    this.process = new Child("/usr/sbin/nginx", ["-p", this.folder, "-c", join(this.folder, "standalone.conf")]);
    if (!(await this.answers())) throw new Error(`nginx did not start:\n${this.errorLog()}`);
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

  private configure(gatehousePort: number, appPort: number): void {
    const values: Record<string, string> = {
      DIR: this.folder,
      NGINX_PORT: String(this.port),
      GATEHOUSE_PORT: String(gatehousePort),
      APP_PORT: String(appPort),
    };
    for (const name of ["gatehouse.conf", "standalone.conf"]) {
      const template = readFileSync(join(projectRoot, "deploy/nginx", name), "utf8");
      const text = template.replace(/\$\{([A-Z_]+)\}/g, (_, key: string) => values[key]!);
      writeFileSync(join(this.folder, name), text);
    }
  }

  private async answers(): Promise<boolean> {
    while (this.process.running) {
      const open = await new Promise<boolean>((done) => {
        const socket = connect(this.port, "127.0.0.1");
        socket.on("connect", () => (socket.destroy(), done(true)));
        socket.on("error", () => setTimeout(done, 20, false));
      });
      if (open) return true;
    }
    return false;
  }
}
