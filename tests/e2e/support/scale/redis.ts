import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Child } from "../child.js";
import { environment, lastingPort } from "../paths.js";
import { Server } from "./server.js";

const run = promisify(execFile);

// A Redis of its own, behind a password. It keeps nothing on disk: what nodes share there they can lose.
export class Redis extends Server {
  private constructor(
    name: string,
    port: number,
    private readonly file: string,
    readonly password: string,
    private readonly sentinel: boolean,
  ) {
    super(name, port);
  }

  static async start(folder: string, password: string, replicaOf?: Redis, name = "redis"): Promise<Redis> {
    const redis = await Redis.prepare(name, folder, password, [
      'save ""',
      "appendonly no",
      `requirepass ${password}`,
      `masterauth ${password}`,
      "maxmemory 256mb",
      "maxmemory-policy volatile-lru",
      ...(replicaOf ? [`replicaof 127.0.0.1 ${replicaOf.port}`] : []),
    ]);
    await redis.start();
    return redis;
  }

  // One sentinel decides alone (quorum 1): enough to try a failover out.
  static async startSentinel(folder: string, password: string, master: Redis): Promise<Redis> {
    const sentinel = await Redis.prepare("sentinel", folder, password, [
      `sentinel monitor gatehouse 127.0.0.1 ${master.port} 1`,
      `sentinel auth-pass gatehouse ${master.password}`,
      "sentinel down-after-milliseconds gatehouse 1000",
      "sentinel failover-timeout gatehouse 5000",
      `requirepass ${password}`,
    ]);
    await sentinel.start();
    return sentinel;
  }

  get url(): string {
    return `redis://:${this.password}@127.0.0.1:${this.port}`;
  }

  // One command, for looking at what is there; the answer as redis-cli prints it.
  async command(...words: string[]): Promise<string> {
    const variables = { ...environment, REDISCLI_AUTH: this.password };
    const args = ["-p", String(this.port), "-e", ...words];
    return (await run("redis-cli", args, { env: variables, timeout: 2000, killSignal: "SIGKILL" })).stdout.trim();
  }

  protected launch(): Child {
    return new Child("redis-server", [this.file, ...(this.sentinel ? ["--sentinel"] : [])]);
  }
  protected async answers(): Promise<boolean> {
    return this.command("PING").then(
      (answer) => answer === "PONG",
      () => false,
    );
  }

  private static async prepare(name: string, folder: string, password: string, lines: string[]): Promise<Redis> {
    const port = await lastingPort();
    const own = join(folder, name);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const file = join(own, "redis.conf");
    const text = ["bind 127.0.0.1", `port ${port}`, `dir ${own}`, "daemonize no", ...lines];
    writeFileSync(file, text.join("\n") + "\n", { mode: 0o600 });
    return new Redis(name, port, file, password, name === "sentinel");
  }
}
