import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "./paths.js";

export interface SeenRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

// The demo application inside the test's own process, so that what it saw is known when the answer arrives.
export class Application {
  readonly seen: SeenRequest[] = [];
  port = 0;
  private server!: Server;

  static async start(): Promise<Application> {
    const module = await import(pathToFileURL(join(projectRoot, "tests/support/demo/demo.mjs")).href);
    const application = new Application();
    application.server = module.createDemo((event: SeenRequest) => application.seen.push(event));
    await new Promise<void>((done) => application.server.listen(0, "127.0.0.1", done));
    application.port = (application.server.address() as AddressInfo).port;
    return application;
  }

  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }
}
