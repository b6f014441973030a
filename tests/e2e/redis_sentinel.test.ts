// Redis behind Sentinel: when the master dies, another takes its place, and the nodes go there by themselves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Application } from "./support/application.js";
import { ask } from "./support/http.js";
import { gateSays, login, logout, newPerson } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";

let cluster: Cluster;
let application: Application;
before(async () => {
  application = await Application.start();
  cluster = await Cluster.start(application.port, { sentinel: true, replica: false, pgbouncer: false });
});
after(async () => {
  await cluster?.stop();
  await application?.stop();
});

const figure = async (name: string) => {
  const { body } = await ask(cluster.identity[0]!.adminPort, "/metrics");
  return Number(new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(body)?.[1]);
};

test("F02 the master of Redis is killed, a sentinel promotes another, and nobody notices", async () => {
  const person = await newPerson(cluster.port);
  await cluster.redis!.kill();
  const master = () => cluster.sentinel!.command("SENTINEL", "get-master-addr-by-name", "gatehouse");
  await until("another is the master", 30, async () => {
    assert.equal((await login(cluster.port, person)).status, 200);
    return (await master()).endsWith(`\n${cluster.redisReplica!.port}`);
  });
  await until("the nodes count there, and send there what has ended", 30, async () => {
    await login(cluster.port, person);
    const streams = [await figure('gatehouse_feed_stream_up{role="writer"}'), await figure('gatehouse_feed_stream_up{role="reader"}')];
    const counted = Number(await cluster.redisReplica!.command("DBSIZE")) >= 2; // the stream, and a counter
    return counted && streams.every((up) => up === 1);
  });
  assert.equal((await logout(cluster.port, person.refresh)).status, 204);
  for (const gate of cluster.gates) {
    await until("every gate refuses what has ended", 5, async () => (await gateSays(gate.port, person.access)) === 401);
  }
});
