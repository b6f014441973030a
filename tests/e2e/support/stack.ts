import { Application } from "./application.js";
import { Gatehouse, type GatehouseOptions } from "./gatehouse.js";
import { Nginx } from "./nginx.js";
import { freePort } from "./paths.js";

// Gatehouse, nginx in front, the application behind.
export class Stack {
  private constructor(
    readonly gatehouse: Gatehouse,
    readonly nginx: Nginx,
    readonly application: Application,
  ) {}

  // `host`: by which name browsers know it. Passkeys need a name.
  static async start(options: GatehouseOptions = {}, host = "127.0.0.1"): Promise<Stack> {
    const started: { stop(): Promise<void> }[] = [];
    const keep = <T extends { stop(): Promise<void> }>(part: T) => (started.push(part), part);
    try {
      const application = keep(await Application.start());
      const port = await freePort();
      const settings = { "server.public_url": `"http://${host}:${port}"`, ...options.settings };
      const gatehouse = keep(await Gatehouse.start({ ...options, settings }));
      return new Stack(gatehouse, await Nginx.start(gatehouse.port, application.port, port), application);
    } catch (error) {
      await Promise.all(started.map((part) => part.stop()));
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.nginx.stop(), this.gatehouse.stop(), this.application.stop()]);
  }
}
