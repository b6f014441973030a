import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Child } from "../child.js";
import { environment, lastingPort } from "../paths.js";
import { until } from "../until.js";
import { giveToServerUser, serverUser as user } from "./owner.js";
import { Server } from "./server.js";

const run = promisify(execFile);

export interface PostgresOptions {
  folder: string; // made, and given to the user postgres; its path is short, as a Unix socket's must be
  passwords: { owner: string; replication: string; superuser: string };
  synchronous?: boolean; // a commit waits until a replica has it on its disk
  settings?: Record<string, string>; // of postgresql.conf, as written there
}

// A real PostgreSQL: a primary of its own, or the streaming replica of another. The database and its owner are both
// called gatehouse; passwords are asked for on every way in.
export class Postgres extends Server {
  readonly data: string;
  protected override readonly stopSignal = "SIGINT"; // "fast": SIGTERM would wait for every client to leave

  private constructor(
    name: string,
    port: number,
    readonly options: PostgresOptions,
  ) {
    super(name, port);
    this.data = join(options.folder, name);
  }

  static async primary(options: PostgresOptions, name = "primary"): Promise<Postgres> {
    const server = new Postgres(name, await lastingPort(), options);
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const passwords = join(options.folder, "superuser");
    writeFileSync(passwords, options.passwords.superuser, { mode: 0o600 });
    giveToServerUser(options.folder, passwords);
    const how = ["--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwords}`, "--wal-segsize=4"];
    await server.tool("initdb", ["--pgdata", server.data, ...how, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
    rmSync(passwords);
    server.configure();
    await server.start();
    await server.makeDatabase();
    return server;
  }

  // Copies `primary`, which runs, and follows it from then on.
  static async replica(primary: Postgres, name = "replica"): Promise<Postgres> {
    const server = new Postgres(name, await lastingPort(), primary.options);
    await server.follow(primary);
    return server;
  }

  // Begins anew as the replica of `primary`: what a former primary does after a failover.
  async follow(primary: Postgres): Promise<void> {
    rmSync(this.data, { recursive: true, force: true });
    const source = `host=127.0.0.1 port=${primary.port} user=replicator application_name=${this.name}`;
    const how = ["--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf", "--no-sync"];
    const password = this.options.passwords.replication;
    await this.tool("pg_basebackup", ["--pgdata", this.data, "--dbname", source, ...how], { PGPASSWORD: password });
    this.configure();
    await this.start();
  }

  // From replica to primary; done when it takes writes.
  async promote(): Promise<void> {
    await this.sql("SELECT pg_promote(wait => false)");
    await until(`${this.name} is a primary`, 30, async () => (await this.sql("SELECT pg_is_in_recovery()")) === "f");
  }

  async setSynchronous(on: boolean): Promise<void> {
    await this.sql(`ALTER SYSTEM SET synchronous_standby_names = '${on ? "ANY 1 (*)" : ""}'`);
    await this.sql("SELECT pg_reload_conf()");
  }

  // As the superuser; rows come line by line, columns apart by `|`.
  async sql(statement: string, database = "postgres"): Promise<string> {
    const where = ["-h", "127.0.0.1", "-p", String(this.port), "-U", "postgres", "-d", database];
    const variables = { ...environment, PGPASSWORD: this.options.passwords.superuser, PGCONNECT_TIMEOUT: "5" };
    const { stdout } = await run("psql", [...where, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement], {
      env: variables,
      timeout: 30_000,
    });
    return stdout.trim();
  }

  protected launch(): Child {
    return new Child(tool("postgres"), ["-D", this.data], { user });
  }
  protected async answers(): Promise<boolean> {
    return this.sql("SELECT 1").then(
      (one) => one === "1",
      () => false,
    );
  }

  private async makeDatabase(): Promise<void> {
    const { owner, replication } = this.options.passwords;
    await this.sql(`CREATE ROLE gatehouse LOGIN PASSWORD '${owner}'`);
    await this.sql(`CREATE ROLE replicator LOGIN REPLICATION PASSWORD '${replication}'`);
    await this.sql("CREATE DATABASE gatehouse OWNER gatehouse");
  }

  private configure(): void {
    const settings: Record<string, string> = {
      listen_addresses: "'127.0.0.1'",
      port: String(this.port),
      unix_socket_directories: `'${this.options.folder}'`,
      max_connections: "100",
      shared_buffers: "64MB",
      wal_keep_size: "256MB", // a replica that was away for a while finds what it missed
      hot_standby: "on",
      recovery_init_sync_method: "syncfs", // one call, where fsync of each file of a new copy takes seconds
      synchronous_standby_names: this.options.synchronous ? "'ANY 1 (*)'" : "''",
      wal_receiver_timeout: "5s",
      wal_sender_timeout: "5s",
      ...this.options.settings,
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
    writeFileSync(join(this.data, "postgresql.conf"), lines.join(""), { mode: 0o600 });
    const who = ["local all all scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256"];
    who.push("host replication replicator 127.0.0.1/32 scram-sha-256");
    writeFileSync(join(this.data, "pg_hba.conf"), who.join("\n") + "\n", { mode: 0o600 });
    giveToServerUser(join(this.data, "postgresql.conf"), join(this.data, "pg_hba.conf"));
  }

  private async tool(name: string, args: string[], variables: NodeJS.ProcessEnv = {}): Promise<void> {
    const child = new Child(tool(name), args, { user, variables: { ...environment, ...variables } });
    const status = await child.exited;
    if (status !== 0) throw new Error(`${name} ended with ${status}:\n${child.lines.slice(-20).join("\n")}`);
  }
}

// Debian keeps the server's programs out of the path, a folder a version.
function tool(name: string): string {
  const root = "/usr/lib/postgresql";
  const newest = readdirSync(root).sort((a, b) => Number(b) - Number(a))[0];
  return join(root, newest!, "bin", name);
}
