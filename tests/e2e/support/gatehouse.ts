import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.js";
import { binary, environment, makeFolder } from "./paths.js";

export type LogLine = { event: string; level: string } & Record<string, unknown>;

// Limits out of the way: only the tests of limits set their own. Hashing is the meekest thread of a machine that may be
// busy with other tests, so it gets time. Values are TOML.
const defaults: Record<string, string> = {
  "server.listen": '"127.0.0.1:0"',
  "server.admin_listen": '"127.0.0.1:0"',
  "server.max_connections_per_address": "2000",
  "server.request_timeout": '"2m"',
  "password.hash_max_wait": '"60s"',
  "limit.everything_burst": "1000000",
  "limit.everything_per_second": "1000000",
  "limit.sign_in_burst": "1000000",
  "limit.sign_in_per_second": "1000000",
  "limit.registration_burst": "1000000",
  "limit.registration_per_second": "1000000",
  "limit.bad_token_burst": "1000000",
  "limit.bad_token_per_second": "1000000",
  "defence.address_failures": "1000000",
  "defence.account_failures": "1000000",
  "defence.spraying_accounts": "1000000",
  "defence.stuffing_names": "1000000",
  "defence.busy_queue": "101",
  "log.level": '"debug"',
};

export interface GatehouseOptions {
  settings?: Record<string, string>; // dotted key → TOML value
  tables?: string; // what is no `key = value`: [[gate.rule]] and its like
  ownLimits?: boolean; // the program's own defaults in place of the tests'
  variables?: NodeJS.ProcessEnv; // besides the environment
}

// One Gatehouse process on ports of its own, with a data folder of its own.
export class Gatehouse {
  readonly folder = makeFolder();
  readonly data = join(this.folder, "data");
  readonly configuration = join(this.folder, "gatehouse.toml");
  port = 0;
  adminPort = 0;
  process!: Child;
  private variables: NodeJS.ProcessEnv = {};

  private constructor() {}

  static async start(options: GatehouseOptions = {}): Promise<Gatehouse> {
    const gatehouse = new Gatehouse();
    gatehouse.configure(options);
    try {
      await gatehouse.start();
    } catch (error) {
      await gatehouse.stop();
      throw error;
    }
    return gatehouse;
  }

  configure(options: GatehouseOptions): void {
    const own = options.ownLimits ? {} : defaults;
    const settings = { ...own, "data.dir": JSON.stringify(this.data), ...options.settings };
    const text = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
    writeFileSync(this.configuration, text.join("") + "\n" + (options.tables ?? ""), { mode: 0o600 });
    this.variables = options.variables ?? {};
  }

  // Again after it has ended: the same data and configuration, other ports where the configuration names none.
  async start(): Promise<void> {
    const variables = { ...environment, ...this.variables };
    this.process = new Child(binary, ["serve", "--config", this.configuration], { variables });
    this.port = await this.listening("public");
    this.adminPort = await this.listening("admin");
  }

  // A command of the same program with the same configuration, as an operator runs it.
  command(...args: string[]): { status: number; output: string } {
    const position = args.indexOf("--");
    const own = ["--config", this.configuration];
    const all = position < 0 ? [...args, ...own] : [...args.slice(0, position), ...own, ...args.slice(position + 1)];
    const result = spawnSync(binary, all, { encoding: "utf8", env: environment, timeout: 120_000 });
    return { status: result.status ?? -1, output: result.stdout + result.stderr };
  }

  log(): LogLine[] {
    return this.process.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as LogLine);
  }
  event(name: string, matches: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    return this.process.line((text) => {
      if (!text.startsWith("{")) return undefined;
      const line = JSON.parse(text) as LogLine;
      return line.event === name && matches(line) ? line : undefined;
    });
  }

  async stop(): Promise<void> {
    if (this.process?.running) await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async listening(listener: string): Promise<number> {
    const line = await this.event("listening", (l) => l["listener"] === listener);
    return Number(String(line["address"]).split(":").pop());
  }
}
