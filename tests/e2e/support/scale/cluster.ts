import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Gatehouse } from "../gatehouse.js";
import { Nginx } from "../nginx.js";
import { freePort, lastingPort, makeFolder } from "../paths.js";
import { ask } from "../http.js";
import { until } from "../until.js";
import { PgBouncer } from "./pgbouncer.js";
import { Postgres } from "./postgres.js";
import { Redis } from "./redis.js";
import type { ShiftedClock } from "./shifted_clock.js";
import { Volume } from "./volume.js";

export interface ClusterOptions {
  port?: number; // of nginx; none: a free one
  identityNodes?: number;
  gateNodes?: number;
  replica?: boolean;
  synchronous?: boolean; // commits wait for the replica
  pgbouncer?: boolean; // false: the nodes know primary and replica, and find by themselves who takes writes
  redis?: boolean;
  sentinel?: boolean; // with a second Redis that follows, and a sentinel that promotes it
  settings?: Record<string, string>; // of every node; dotted key → TOML value
  tables?: string; // of every node: what is no `key = value`
  ownLimits?: boolean;
  postgres?: Record<string, string>; // of postgresql.conf
  volume?: number; // megabytes of a disk of the primary's own; none: it shares that of everybody
  shifted?: ShiftedClock; // by which the last identity node and the last gate live
}

type Unset = Pick<ClusterOptions, "port" | "settings" | "tables" | "ownLimits" | "postgres" | "sentinel" | "volume" | "shifted">;
const usual = { identityNodes: 2, gateNodes: 2, replica: true, synchronous: false, pgbouncer: true, redis: true };
export const owner = "gatehouse";

// The whole set of an installation of several processes, each a real server on this machine. Nodes and servers keep
// their ports, so that each can be taken away and given back.
export class Cluster {
  readonly folder = makeFolder();
  readonly options: Required<Omit<ClusterOptions, keyof Unset>> & ClusterOptions;
  primary!: Postgres;
  replica?: Postgres;
  bouncer?: PgBouncer;
  redis?: Redis;
  redisReplica?: Redis;
  sentinel?: Redis;
  readonly identity: Gatehouse[] = [];
  readonly gates: Gatehouse[] = [];
  nginx!: Nginx;
  volume?: Volume;
  private readonly secret = () => randomBytes(24).toString("hex");
  private readonly passwords = { owner: this.secret(), replication: this.secret(), superuser: this.secret() };
  private readonly clusterSecret = this.secret();
  private readonly stoppable: { stop(): Promise<void> }[] = [];

  private constructor(options: ClusterOptions) {
    this.options = { ...usual, ...options };
  }

  static async start(appPort: number, options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(options);
    try {
      await Promise.all([cluster.startDatabase(), cluster.startRedis()]);
      await cluster.startNodes(appPort);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get port(): number {
    return this.nginx.port;
  }
  get nodes(): Gatehouse[] {
    return [...this.identity, ...this.gates].filter((node) => node !== undefined);
  }

  // The replica takes over, as an operator's script or Patroni would let it.
  async failOver(): Promise<void> {
    const next = this.replica!;
    await next.promote();
    this.bouncer?.point(next);
    [this.primary, this.replica] = [next, this.primary];
  }
  // The former primary comes back as a replica, with a fresh copy.
  async rejoin(): Promise<void> {
    await this.replica!.kill();
    await this.replica!.follow(this.primary);
    if (this.options.synchronous) await this.primary.setSynchronous(true);
  }

  async ready(node: Gatehouse, seconds = 30): Promise<void> {
    await until(`node on port ${node.port} is ready`, seconds, () =>
      ask(node.adminPort, "/readyz").then((answer) => answer.status === 200, () => false),
    );
  }

  // Nodes first: what they wait for would only keep them.
  async stop(): Promise<void> {
    await this.nginx?.stop();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.stoppable.map((part) => part.stop()));
    this.volume?.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startDatabase(): Promise<void> {
    const { replica, synchronous, pgbouncer, postgres } = this.options;
    chmodSync(this.folder, 0o711); // so that the user postgres reaches its own folders in it
    // A primary that waits for a replica which is not there yet would wait for ever.
    const folder = join(this.folder, "pg");
    const settings = { ...postgres };
    if (this.options.volume) {
      mkdirSync(folder);
      this.volume = new Volume(folder, this.options.volume);
      Object.assign(settings, { wal_keep_size: "16MB", min_wal_size: "8MB", max_wal_size: "32MB" });
    }
    this.primary = await Postgres.primary({ folder, passwords: this.passwords, settings });
    this.stoppable.push(this.primary);
    if (replica) this.stoppable.push((this.replica = await Postgres.replica(this.primary)));
    if (synchronous) await this.primary.setSynchronous(true);
    if (pgbouncer) this.stoppable.push((this.bouncer = await PgBouncer.start(join(this.folder, "bouncer"), this.primary)));
  }

  private async startRedis(): Promise<void> {
    const { redis, sentinel } = this.options;
    if (!redis) return;
    const password = this.secret();
    this.stoppable.push((this.redis = await Redis.start(this.folder, password)));
    if (!sentinel) return;
    this.redisReplica = await Redis.start(this.folder, password, this.redis, "redis-replica");
    this.sentinel = await Redis.startSentinel(this.folder, password, this.redis);
    this.stoppable.push(this.redisReplica, this.sentinel);
  }

  private async startNodes(appPort: number): Promise<void> {
    const masterKey = join(this.folder, "master.key");
    writeFileSync(masterKey, randomBytes(32).toString("hex") + "\n", { mode: 0o600 });
    const nginxPort = this.options.port ?? (await freePort());
    const adminPorts: number[] = [];
    for (let node = 0; node < this.options.identityNodes; node++) adminPorts.push(await lastingPort());

    const common = {
      "server.public_url": `"http://127.0.0.1:${nginxPort}"`,
      "server.drain_delay": '"3s"', // longer than nginx keeps a connection to a node
      "cluster.secret": `"${this.clusterSecret}"`,
      "cluster.nodes": JSON.stringify(adminPorts.map((port) => `http://127.0.0.1:${port}`)),
      ...(this.redis ? { "cluster.redis_url": `"${this.redisUrl()}"` } : {}),
    };
    const ofIdentity = {
      ...common,
      "process.roles": '["identity"]',
      "master_key.file": `"${masterKey}"`,
      "database.url": `"${this.databaseUrl()}"`,
      "database.prepared_statements": String(!this.options.pgbouncer),
      ...(this.replica ? { "database.replica_url": `"${this.urlOf([this.replica.port])}"` } : {}),
      ...(this.redis ? { "limit.redis_url": `"${this.redisUrl()}"`, "cache.redis_url": `"${this.redisUrl()}"` } : {}),
    };
    const ofGate = { ...common, "process.roles": '["gate"]' };
    const starting = [
      ...adminPorts.map((admin, n) => this.startNode(this.identity, n, ofIdentity, admin)),
      ...Array.from({ length: this.options.gateNodes }, async (_, n) =>
        this.startNode(this.gates, n, ofGate, await lastingPort()),
      ),
    ];
    // All are waited for, so that one that failed leaves none behind that is only about to start.
    for (const outcome of await Promise.allSettled(starting)) if (outcome.status === "rejected") throw outcome.reason;
    await Promise.all(this.nodes.map((node) => this.ready(node)));
    const ports = (nodes: Gatehouse[]) => nodes.map((node) => node.port);
    this.nginx = await Nginx.start({ identity: ports(this.identity), gate: ports(this.gates) }, appPort, nginxPort);
  }

  private async startNode(list: Gatehouse[], n: number, settings: Record<string, string>, admin: number): Promise<void> {
    const own = {
      "server.listen": `"127.0.0.1:${await lastingPort()}"`,
      "server.admin_listen": `"127.0.0.1:${admin}"`,
    };
    const { identityNodes, gateNodes, shifted, ownLimits, tables } = this.options;
    const isLast = n === (list === this.identity ? identityNodes : gateNodes) - 1;
    const variables = isLast ? shifted?.variables : undefined;
    list[n] = await Gatehouse.start({ settings: { ...settings, ...own, ...this.options.settings }, tables, ownLimits, variables });
  }

  private databaseUrl(): string {
    if (this.bouncer) return this.urlOf([this.bouncer.port]);
    const ports = [this.primary.port, ...(this.replica ? [this.replica.port] : [])];
    return this.urlOf(ports) + "?target_session_attrs=read-write";
  }
  private urlOf(ports: number[]): string {
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(",");
    return `postgresql://${owner}:${this.passwords.owner}@${hosts}/gatehouse`;
  }
  private redisUrl(): string {
    if (!this.sentinel) return this.redis!.url;
    return `redis+sentinel://:${this.sentinel.password}@127.0.0.1:${this.sentinel.port}/gatehouse`;
  }
}
