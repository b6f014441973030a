// From a process that is gone to the people who are told: a real Prometheus, a real Alertmanager, and a Slack and a mail
// server that write down what they get.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Alertmanager } from "./support/alertmanager.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask } from "./support/http.js";
import { Prometheus } from "./support/prometheus.js";
import { until } from "./support/until.js";

test("a page reaches Slack and the one on call, and its effects reach nobody", async () => {
  const running: { stop(): Promise<void> }[] = [];
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => (running.unshift(part), part);
  try {
    const gatehouse = keep(await Gatehouse.start());
    const alertmanager = keep(await Alertmanager.start());
    const prometheus = keep(await Prometheus.start([gatehouse.adminPort], alertmanager.port));
    await prometheus.answer(`up{job="gatehouse"} == 1`);
    assert.deepEqual([alertmanager.slack, alertmanager.mails], [[], []], "all is well");

    await gatehouse.process.stop();
    await until("Slack hears of it", 60, () => alertmanager.slack.length > 0);
    const message = JSON.parse(alertmanager.slack[0]!) as { channel: string; attachments: { title: string; text: string }[] };
    assert.equal(message.channel, "#gatehouse-alerts");
    assert.match(message.attachments[0]!.title, /FIRING.*GatehouseAllDown/);
    assert.match(message.attachments[0]!.text, /docs\/ops\/alerts\.md#gatehousealldown/);
    await until("the one on call gets mail", 60, () => alertmanager.mails.length > 0);
    assert.match(alertmanager.mails[0]!, /^To: on-call@example\.org$/m);
    assert.match(alertmanager.mails[0]!, /GatehouseAllDown/);

    // The process is down, too, which is a ticket; but its cause has been told.
    const held = async () => {
      const alerts = (await ask(alertmanager.port, "/api/v2/alerts")).json as { labels: Record<string, string>; status: { state: string } }[];
      return alerts.some(({ labels, status }) => labels["alertname"] === "GatehouseDown" && status.state === "suppressed");
    };
    await until("the effect is held back", 30, held);
    assert.ok(!alertmanager.mails.some((mail) => mail.includes("GatehouseDown")));
  } finally {
    for (const part of running) await part.stop();
  }
});
