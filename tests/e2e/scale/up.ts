// The whole set of an installation of several processes, until it is told to end: what `./dev up --scale` runs.
//   node up.js [PORT] [VALUES]   VALUES: a file that gets where everything is, as shell variables, once all is ready
import { openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../support/child.js";
import { projectRoot } from "../support/paths.js";
import { Cluster } from "../support/scale/cluster.js";

const [port, values] = process.argv.slice(2);

class Ended extends Error {}
const ended = new Promise<never>((_, failed) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => failed(new Ended(signal)));
});
ended.catch(() => undefined);

async function main(): Promise<void> {
  const demo = new Child(process.execPath, [join(projectRoot, "tests/support/demo/demo.mjs"), "0"]);
  const starting = demo
    .line((line) => /"listening".*"port":(\d+)/.exec(line)?.[1])
    .then((appPort) => Cluster.start(Number(appPort), { ownLimits: true, port: Number(port) || undefined }));
  try {
    const cluster = await Promise.race([starting, ended]);
    follow(demo, join(cluster.folder, "demo.log"));
    if (values !== undefined) writeValues(cluster, values);
    console.log(overview(cluster));
    await Promise.race([ended, ...cluster.nodes.map((node) => node.process.exited.then(gone)), demo.exited.then(gone)]);
  } finally {
    // What is only just starting is waited for, so that nothing of it is left behind.
    await starting.then((cluster) => cluster.stop(), () => undefined);
    await demo.stop();
  }
}

function gone(): never {
  throw new Error("a part has ended by itself");
}

// What the application saw, line by line, where the shell can look for it.
function follow(demo: Child, file: string): void {
  const out = openSync(file, "a", 0o600);
  let next = 0;
  setInterval(() => {
    for (; next < demo.lines.length; next++) writeFileSync(out, demo.lines[next]! + "\n");
  }, 20).unref();
}

function writeValues(cluster: Cluster, file: string): void {
  const list = (name: string, ports: number[]) => `${name}=(${ports.join(" ")})\n`;
  const text =
    `scale_folder=${cluster.folder}\nport=${cluster.port}\n` +
    list("identity_ports", cluster.identity.map((node) => node.port)) +
    list("gate_ports", cluster.gates.map((node) => node.port));
  writeFileSync(file + ".new", text, { mode: 0o600 });
  renameSync(file + ".new", file); // so that nobody reads half of it
}

function overview(cluster: Cluster): string {
  const rows: [string, string, number, number][] = [];
  const server = (name: string, part: { port: number; process: Child } | undefined) => {
    if (part) rows.push([name, `127.0.0.1:${part.port}`, part.process.pid, 0]);
  };
  server("nginx", cluster.nginx);
  cluster.identity.forEach((node, n) => rows.push([`identity ${n + 1}`, `127.0.0.1:${node.port}`, node.process.pid, node.adminPort]));
  cluster.gates.forEach((node, n) => rows.push([`gate ${n + 1}`, `127.0.0.1:${node.port}`, node.process.pid, node.adminPort]));
  server("PostgreSQL", cluster.primary);
  server("its replica", cluster.replica);
  server("PgBouncer", cluster.bouncer);
  server("Redis", cluster.redis);
  const lines = rows.map(
    ([name, address, pid, admin]) =>
      `  ${name.padEnd(12)} ${address.padEnd(16)} pid ${String(pid).padEnd(8)}` +
      (admin ? ` http://127.0.0.1:${admin}/metrics` : ""),
  );
  const passwords = `  passwords, certificates and data: ${cluster.folder}, removed at the end`;
  const command = `  gatehouse account list --config ${cluster.identity[0]!.configuration}`;
  return ["", `  http://127.0.0.1:${cluster.port}/   (the demo application, behind the gates)`, "", ...lines, "", passwords, command]
    .concat("", "  Ctrl-C ends all of it.")
    .join("\n");
}

main().catch((error: Error) => {
  if (error instanceof Ended) return;
  console.error(error.message);
  process.exitCode = 1;
});
