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

  static async start(gatehousePort: number, appPort: number, port?: number): Promise<Nginx> {
    const nginx = new Nginx();
    nginx.port = port ?? (await freePort());
    await nginx.run(gatehousePort, appPort);
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

  private async run(gatehousePort: number, appPort: number): Promise<void> {
    this.configure(gatehousePort, appPort);
    const log = join(this.folder, "nginx-error.log");
    this.process = new Child("/usr/sbin/nginx", ["-p", this.folder, "-e", log, "-c", join(this.folder, "standalone.conf")]);
    if (await this.answers()) return;
    const why = this.errorLog() + this.process.lines.join("\n");
    await this.stop();
    throw new Error(`nginx did not start:\n${why}`);
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
