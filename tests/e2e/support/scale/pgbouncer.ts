import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../child.js";
import { lastingPort } from "../paths.js";
import { giveToServerUser, serverUser } from "./owner.js";
import type { Postgres } from "./postgres.js";
import { portIsOpen, Server } from "./server.js";

// PgBouncer in transaction mode in front of one PostgreSQL.
export class PgBouncer extends Server {
  private readonly file: string;
  protected override readonly stopSignal = "SIGQUIT"; // at once; SIGTERM would be, too, but from 1.23 on waits

  private constructor(
    port: number,
    private readonly folder: string,
    private target: Postgres,
  ) {
    super("pgbouncer", port);
    this.file = join(folder, "pgbouncer.ini");
  }

  static async start(folder: string, target: Postgres): Promise<PgBouncer> {
    const bouncer = new PgBouncer(await lastingPort(), folder, target);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    bouncer.configure();
    await bouncer.start();
    return bouncer;
  }

  // After a failover: another primary, without a restart.
  point(target: Postgres): void {
    this.target = target;
    this.configure();
    this.process.signal("SIGHUP");
  }

  protected launch(): Child {
    return new Child("/usr/sbin/pgbouncer", [this.file], { user: serverUser });
  }
  protected answers(): Promise<boolean> {
    return portIsOpen(this.port);
  }

  private configure(): void {
    const users = join(this.folder, "users");
    const text = [
      "[databases]",
      `gatehouse = host=127.0.0.1 port=${this.target.port} dbname=gatehouse`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${this.port}`,
      "unix_socket_dir =",
      "auth_type = scram-sha-256",
      `auth_file = ${users}`,
      "pool_mode = transaction",
      "default_pool_size = 20",
      "max_client_conn = 500",
      // A server that is away is an error soon, not after the two minutes of the default.
      "query_wait_timeout = 5",
      "server_connect_timeout = 2",
      "server_login_retry = 1",
      "ignore_startup_parameters = extra_float_digits,options",
    ];
    writeFileSync(this.file, text.join("\n") + "\n", { mode: 0o600 });
    writeFileSync(users, `"gatehouse" "${this.target.options.passwords.owner}"\n`, { mode: 0o600 });
    giveToServerUser(this.folder, this.file, users);
  }
}
