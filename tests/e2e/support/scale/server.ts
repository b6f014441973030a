import { connect } from "node:net";
import { Child } from "../child.js";
import { until } from "../until.js";

// A server that a test starts, takes away in one way or another, and gives back on the same port with the same data.
export abstract class Server {
  process!: Child;

  protected constructor(
    readonly name: string,
    readonly port: number,
  ) {}

  protected abstract launch(): Child;
  protected abstract answers(): boolean | Promise<boolean>;
  protected readonly stopSignal: NodeJS.Signals = "SIGTERM";

  async start(): Promise<void> {
    this.process = this.launch();
    try {
      await until(`${this.name} answers`, 60, () => {
        if (!this.process.running) throw new Error(`${this.name} ended at its start`);
        return this.answers();
      });
    } catch (error) {
      await this.stop();
      throw new Error(`${(error as Error).message}:\n${this.process.lines.slice(-20).join("\n")}`);
    }
  }

  kill(): Promise<void> {
    return this.process.kill();
  }
  freeze(): void {
    this.process.freeze();
  }
  thaw(): void {
    this.process.thaw();
  }
  async stop(): Promise<void> {
    if (this.process?.running) await this.process.stop(this.stopSignal);
  }
}

export function portIsOpen(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => (socket.destroy(), done(true)));
    socket.on("error", () => done(false));
  });
}
