// The whole set of servers, led by another program (tests/chaos) over standard input and output: one JSON object a
// line. Its first argument holds the options of a Cluster. Ends, with all that it started, when its input ends.
//
//   → {"event":"ready","parts":{"identity-1":{"port":1,"adminPort":2,"configuration":"…"},"primary":{},…}}
//   ← {"id":1,"do":"kill","part":"gate-1"}      kill freeze thaw start stop; failOver rejoin (of no part)
//   → {"id":1} or {"id":1,"error":"…"}
//   → {"event":"ended","part":"gate-1","status":"SIGKILL"}
import { createInterface } from "node:readline";
import { freePort } from "../support/paths.js";
import { Cluster, type ClusterOptions } from "../support/scale/cluster.js";
import { Server } from "../support/scale/server.js";
import type { Child } from "../support/child.js";
import type { Gatehouse } from "../support/gatehouse.js";

type Part = Gatehouse | Server;
interface Command {
  id: number;
  do: string;
  part?: string;
}

const cluster = await Cluster.start(await freePort(), JSON.parse(process.argv[2] ?? "{}") as ClusterOptions);
const say = (message: object) => process.stdout.write(JSON.stringify(message) + "\n");

// By what they are now: after a failover the primary is another one.
function parts(): Map<string, Part> {
  const all: [string, Part | undefined][] = [
    ["primary", cluster.primary],
    ["replica", cluster.replica],
    ["pgbouncer", cluster.bouncer],
    ["redis", cluster.redis],
    ...cluster.identity.map((node, i): [string, Part] => [`identity-${i + 1}`, node]),
    ...cluster.gates.map((node, i): [string, Part] => [`gate-${i + 1}`, node]),
  ];
  return new Map(all.filter((entry): entry is [string, Part] => entry[1] !== undefined));
}

const watched = new WeakSet<Child>();
function watch(): void {
  for (const [name, part] of parts()) {
    if (watched.has(part.process)) continue;
    watched.add(part.process);
    const child = part.process;
    void child.exited.then((status) => {
      const now = [...parts()].find(([, other]) => other.process === child)?.[0] ?? name; // it may have been promoted
      say({ event: "ended", part: now, status, last: child.lines.slice(-5) });
    });
  }
}

async function obey(command: Command): Promise<void> {
  if (command.do === "failOver") return cluster.failOver();
  if (command.do === "rejoin") return cluster.rejoin();
  const part = parts().get(command.part ?? "");
  if (!part) throw new Error(`there is no part ${command.part}`);
  const actions: Record<string, () => unknown> = {
    kill: () => part.process.kill(),
    freeze: () => part.process.freeze(),
    thaw: () => part.process.thaw(),
    start: () => (part.process.running ? undefined : part.start()),
    stop: () => (part instanceof Server ? part.stop() : part.process.stop()), // a Gatehouse would forget its folder
  };
  const action = actions[command.do];
  if (!action) throw new Error(`there is no command ${command.do}`);
  await action();
}

watch();
say({
  event: "ready",
  parts: Object.fromEntries(
    [...parts().keys()].map((name) => {
      const [role, number] = name.split("-");
      const nodes = role === "identity" ? cluster.identity : role === "gate" ? cluster.gates : [];
      const node = nodes[Number(number) - 1];
      return [name, node ? { port: node.port, adminPort: node.adminPort, configuration: node.configuration } : {}];
    }),
  ),
});

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  void obey(command)
    .then(() => say({ id: command.id }))
    .catch((error: Error) => say({ id: command.id, error: error.message }))
    .finally(watch);
}
await cluster.stop();
process.exit(0);
