// What administrators see of the last day: counted without a request writing anything, and kept over a restart.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newAdministrator } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { login, newPerson } from "./support/people.js";

let gatehouse: Gatehouse;
let administrator: Awaited<ReturnType<typeof newAdministrator>>;
before(async () => {
  gatehouse = await Gatehouse.start();
  administrator = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
});
after(() => gatehouse?.stop());

interface Bucket {
  time: string;
  signed_in: number;
  failed: number;
  p50_ms: number;
  p99_ms: number;
}
async function overview(span = "day") {
  const answer = await ask(gatehouse.port, `/v1/admin/overview?span=${span}`, { headers: bearer(administrator.access) });
  assert.equal(answer.status, 200, answer.body);
  const buckets = answer.json.buckets as Bucket[];
  const sum = (pick: (bucket: Bucket) => number) => buckets.reduce((all, bucket) => all + pick(bucket), 0);
  const { accounts, sessions, bucket_minutes } = answer.json as Record<string, number>;
  return { accounts, sessions, bucket_minutes, buckets, signed_in: sum((one) => one.signed_in), failed: sum((one) => one.failed) };
}
async function restart(): Promise<void> {
  await gatehouse.process.stop();
  await gatehouse.start();
}

test("what was done before a restart is there after it, and what comes then is added", async () => {
  const person = await newPerson(gatehouse.port);
  for (let i = 0; i < 2; i++) assert.equal((await login(gatehouse.port, person)).status, 200);
  assert.equal((await login(gatehouse.port, person, "not the password 42")).status, 401);
  await restart();
  const first = await overview();
  assert.equal(first.signed_in, 4); // the administrator's, and three
  assert.equal(first.failed, 1);
  assert.ok(first.buckets.some((one) => one.p50_ms > 0 && one.p99_ms >= one.p50_ms));
  assert.equal(first.accounts, 2);
  assert.equal(first.sessions, 4);
  assert.equal((await login(gatehouse.port, person)).status, 200);
  await restart();
  assert.equal((await overview()).signed_in, 5);
  assert.equal((await overview("week")).signed_in, 5);
});

test("buckets follow each other without a gap up to now", async () => {
  for (const [span, minutes, count] of [["day", 15, 96], ["week", 60, 168]] as const) {
    const { buckets, bucket_minutes } = await overview(span);
    assert.equal(bucket_minutes, minutes);
    assert.equal(buckets.length, count);
    const times = buckets.map((bucket) => Date.parse(bucket.time));
    times.slice(1).forEach((time, i) => assert.equal(time - times[i]!, minutes * 60_000));
  }
});
