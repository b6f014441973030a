// A real Prometheus scrapes a real Gatehouse: the objectives are recorded, and no rule and no dashboard asks for a figure
// that is not there.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Collector } from "./support/collector.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask } from "./support/http.js";
import { freePort, makeFolder, projectRoot } from "./support/paths.js";
import { gateSays, login, newPerson } from "./support/people.js";
import { Prometheus } from "./support/prometheus.js";

// With TLS, for the figure of the certificate.
function certificate(): Record<string, string> {
  const folder = makeFolder();
  const [key, chain] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "30"];
  const made = spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", chain, ...subject]);
  assert.equal(made.status, 0, String(made.stderr));
  return { "server.tls_certificate": JSON.stringify(chain), "server.tls_key": JSON.stringify(key) };
}

// Of several processes; Redis is not there, which is enough for its figures.
async function cluster(): Promise<Record<string, string>> {
  const redis = JSON.stringify(`redis://127.0.0.1:${await freePort()}`);
  const secret = JSON.stringify("a test's secret of more than 32 characters");
  return { "cluster.secret": secret, "cluster.redis_url": redis, "limit.redis_url": redis, "cache.redis_url": redis };
}

function read(folder: string, suffix: string): string[] {
  const names = readdirSync(join(projectRoot, folder)).filter((name) => name.endsWith(suffix));
  assert.ok(names.length > 0);
  return names.map((name) => readFileSync(join(projectRoot, folder, name), "utf8"));
}
const rules = () => read("deploy/prometheus/rules", ".yml").map((text) => text.replace(/^\s*#.*$/gm, "").replace(/name: \w+/g, ""));
const queries = () => read("deploy/grafana/dashboards", ".json").flatMap((text) =>
  (JSON.parse(text).panels as { targets?: { expr: string }[] }[]).flatMap(({ targets }) => (targets ?? []).map(({ expr }) => expr)),
);

describe("what Prometheus sees", () => {
  let collector: Collector;
  let gatehouse: Gatehouse;
  let identity: Gatehouse;
  let gate: Gatehouse;
  let prometheus: Prometheus;
  before(async () => {
    collector = await Collector.start();
    gatehouse = await Gatehouse.start({ settings: collector.settings });
    const together = await cluster();
    identity = await Gatehouse.start({ settings: { ...certificate(), ...together } });
    const alone = { "process.roles": '["gate"]', "cluster.nodes": `["http://127.0.0.1:${identity.adminPort}"]` };
    gate = await Gatehouse.start({ settings: { ...together, ...alone } });
    prometheus = await Prometheus.start(all().map(({ adminPort }) => adminPort));
    await prometheus.answer(`count(up{job="gatehouse"} == 1) == 3`);
    // After the first scrape, so that there is something to see growing.
    const person = await newPerson(gatehouse.port);
    for (let i = 0; i < 3; i++) await login(gatehouse.port, person);
    for (let i = 0; i < 64; i++) assert.equal(await gateSays(gatehouse.port, person.access), 200);
  });
  after(async () => {
    for (const part of [prometheus, ...all(), collector]) await part?.stop();
  });
  const all = () => [gatehouse, identity, gate];

  test("the objectives are recorded: how much there was, what part of it failed, what is left", async () => {
    for (const objective of ["api", "gate", "sign_in"]) {
      const of = `{objective="${objective}"}`;
      const [requests] = await prometheus.answer(`gatehouse:slo_requests:rate5m${of} > 0`);
      assert.ok(requests!.value > 0);
      const [failed] = await prometheus.answer(`gatehouse:slo_errors:ratio_rate1h${of} >= 0`);
      const [left] = await prometheus.answer(`gatehouse:slo_budget:remaining30d${of} <= 1`);
      if (objective === "sign_in") continue; // a busy machine may need longer than 0.8 s
      assert.equal(failed!.value, 0);
      assert.equal(left!.value, 1);
    }
    const [slowest] = await prometheus.answer("gatehouse:sign_in_seconds:p99_5m > 0");
    assert.ok(slowest!.value > 0.001, "a password takes its time");
  });

  test("every figure that a rule or a dashboard names is there", async () => {
    const shown = all().map(async ({ adminPort }) => (await ask(adminPort, "/metrics")).body);
    const there = new Set((await Promise.all(shown)).join("\n").match(/^\w+/gm));
    const named = new Set([...rules(), ...queries()].join("\n").match(/\b(?:gatehouse|process)_\w+/g));
    assert.ok(named.size > 40);
    assert.deepEqual([...named].filter((name) => !there.has(name)), []);
  });

  test("every question of a dashboard has an answer", async () => {
    const asked = queries().map((text) => text.replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m"));
    for (const text of asked) await prometheus.answer(text);
  });

  test("a process that is well raises no alert", async () => {
    const raised = (await prometheus.query(`ALERTS{alertstate="firing",instance="127.0.0.1:${gatehouse.adminPort}"}`)).map(({ metric }) => metric["alertname"]!);
    assert.deepEqual(raised, []);
  });
});
