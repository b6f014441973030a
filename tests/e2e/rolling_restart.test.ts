// A new version, a new configuration, a new key: every node in turn, under load, and nobody notices.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import type { Gatehouse } from "./support/gatehouse.js";
import { ask } from "./support/http.js";
import { Load } from "./support/load.js";
import { gateSays, signIn, newPerson } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";

let cluster: Cluster;
let application: Application;
before(async () => {
  application = await Application.start();
  // The cheapest hash that the settings allow: hashing is the meekest of all work, and this is not about it.
  const settings = { "password.memory_kib": "7168", "password.iterations": "5" };
  cluster = await Cluster.start(application.port, { settings });
});
after(async () => {
  await cluster?.stop();
  await application?.stop();
});

// All that a node has been asked, gate checks included.
async function served(node: Gatehouse): Promise<number> {
  const { body } = await ask(node.adminPort, "/metrics");
  const counts = [...body.matchAll(/^gatehouse_(?:http_requests|gate_decisions)_total\{.*\} (\d+)/gm)];
  return counts.reduce((sum, match) => sum + Number(match[1]), 0);
}

function nothingFailed(load: Load): void {
  const log = cluster.nginx.errorLog().split("\n").slice(-20).join("\n");
  assert.deepEqual(load.failures.slice(0, 10), [], `${load.failures.length} of ${load.total} failed; nginx says:\n${log}`);
  for (const what of ["gate check", "profile", "refresh"]) assert.ok(load.done[what]! > 0, what);
}

describe("F04 every node is restarted under load", () => {
  test("no request fails", async () => {
    const load = await Load.start(cluster.port, cluster.identity[0]!.port, 5, true);
    try {
      for (const node of cluster.nodes) {
        assert.equal(await node.process.stop("SIGTERM"), 0);
        await node.start();
        await cluster.ready(node);
        // The next one may go only when nginx counts on this one again (fail_timeout).
        const before = await served(node);
        await until("nginx sends requests to the node again", 20, async () => (await served(node)) > before + 5);
      }
    } finally {
      await load.stop();
    }
    nothingFailed(load);
    assert.ok(load.done["registration"]! > 0 && load.done["sign-in"]! > 0);
  });
});

describe("keys are rotated under load", () => {
  test("twice, and no token is refused", async () => {
    const load = await Load.start(cluster.port, cluster.identity[0]!.port, 3, false);
    try {
      const old = await newPerson(cluster.identity[0]!.port);
      for (let rotation = 0; rotation < 2; rotation++) {
        const result = cluster.identity[rotation % cluster.identity.length]!.command("keys", "rotate");
        assert.equal(result.status, 0, result.output);
        for (const identity of cluster.identity) {
          const fresh = await signIn(identity.port, old);
          for (const gate of cluster.gates) assert.equal(await gateSays(gate.port, fresh.access), 200);
        }
        for (const gate of cluster.gates) assert.equal(await gateSays(gate.port, old.access), 200, "signed before");
      }
    } finally {
      await load.stop();
    }
    nothingFailed(load);
  });

  test("a gate that slept through it says 503 until it has heard, and then what is right", async () => {
    const gate = cluster.gates[0]!;
    const [stays, leaves] = [await newPerson(cluster.identity[0]!.port), await newPerson(cluster.identity[1]!.port)];
    gate.process.freeze();
    let fresh;
    try {
      const result = cluster.identity[0]!.command("keys", "rotate");
      assert.equal(result.status, 0, result.output);
      fresh = await signIn(cluster.identity[0]!.port, stays);
      const out = await ask(cluster.identity[1]!.port, "/v1/logout", { body: { refresh_token: leaves.refresh } });
      assert.equal(out.status, 204);
      // Longer than gate.max_staleness, told by a gate that is awake and hears of nothing else meanwhile.
      const asleep = performance.now();
      await until("the gate has slept longer than it may", 20, () => performance.now() - asleep > 5500);
    } finally {
      gate.process.thaw();
    }
    const seen = { fresh: [] as number[], ended: [] as number[] };
    await until("the gate knows the new key and who has left", 20, async () => {
      seen.fresh.push(await gateSays(gate.port, fresh.access));
      seen.ended.push(await gateSays(gate.port, leaves.access));
      return seen.fresh.at(-1) === 200 && seen.ended.at(-1) === 401;
    });
    assert.ok(seen.fresh.every((status) => [200, 503].includes(status)), `never 401: ${seen.fresh}`);
    assert.ok(seen.ended.every((status) => [401, 503].includes(status)), `never 200: ${seen.ended}`);
  });
});
