// Two nodes count one client once, and show one profile: what they share in Redis, and what they do without it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { login, newPerson, register } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";

const settings = {
  "limit.registration_burst": "20",
  "limit.registration_per_second": "0.001",
  "limit.throttle_pair_failures": "20",
};

let cluster: Cluster;
let application: Application;
before(async () => {
  application = await Application.start();
  cluster = await Cluster.start(application.port, { gateNodes: 1, replica: false, pgbouncer: false, settings });
  await countTogether();
});
after(async () => {
  await cluster?.stop();
  await application?.stop();
});

const nodes = () => cluster.identity;
const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
const passed = (answers: Answer[]) => answers.filter((answer) => answer.status !== 429).length;

// A registration that is counted and then refused for what it says.
async function attempts(node: number, address: string, times: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < times; i++) {
    answers.push(await ask(nodes()[node]!.port, "/v1/register", { body: {}, ...from(address) }));
  }
  return answers;
}

async function redisIsUp(node: number): Promise<boolean> {
  const { body } = await ask(nodes()[node]!.adminPort, "/metrics");
  return /^gatehouse_cache_redis_up\{client="redis_limits"\} 1$/m.test(body);
}
const countTogether = () =>
  until("both nodes count in Redis", 20, async () => (await redisIsUp(0)) && (await redisIsUp(1)));

describe("G10 what several nodes count together", () => {
  test("a client that has used up its rate at one node has none left at the other", async () => {
    assert.equal(passed(await attempts(0, "192.0.2.1", 30)), 20);
    assert.equal(passed(await attempts(1, "192.0.2.1", 30)), 0);
    assert.equal(passed(await attempts(1, "192.0.2.2", 1)), 1, "another client is another");
  });

  test("U07 a hundred wrong passwords at once over two nodes get no more tries than at one", async () => {
    const person = await register(nodes()[0]!.port);
    const guesses = Array.from({ length: 100 }, (_, i) =>
      login(nodes()[i % 2]!.port, person, "wrong all the time", from("192.0.2.3")),
    );
    const answers = await Promise.all(guesses);
    const tried = answers.filter((answer) => answer.status === 401).length;
    // Behind the twentieth the waits begin, with a second: on a busy machine one or two of them pass.
    assert.ok(tried >= 20 && tried <= 25, `${tried} passwords were looked at`);
    assert.equal(answers.filter((answer) => answer.status === 429).length, 100 - tried);
  });

  test("without Redis each node grants half, and they count together again when it is back", async () => {
    cluster.redis!.freeze();
    try {
      await attempts(0, "192.0.2.4", 1); // one of them waits for Redis and finds it gone
      await until("the node has noticed", 20, async () => !(await redisIsUp(0)));
      assert.equal(passed(await attempts(0, "192.0.2.5", 30)), 10);
      assert.equal(passed(await attempts(0, "192.0.2.1", 5)), 0, "losing Redis gives nobody a new rate");
    } finally {
      cluster.redis!.thaw();
    }
    await countTogether();
    assert.equal(passed(await attempts(0, "192.0.2.6", 30)), 20);
    assert.equal(passed(await attempts(1, "192.0.2.6", 5)), 0);
  });
});

describe("a profile that several nodes cache", () => {
  test("is shown by every node as it was changed at another, with and without Redis", async () => {
    const person = await newPerson(nodes()[0]!.port);
    const headers = bearer(person.access);
    const shown = async (node: number) => (await ask(nodes()[node]!.port, "/v1/me", { headers })).json.display_name;
    const change = async (node: number, name: string) => {
      const answer = await ask(nodes()[node]!.port, "/v1/me", { method: "PATCH", headers, body: { display_name: name } });
      assert.equal(answer.status, 200, answer.body);
    };
    for (const node of [0, 1, 0, 1]) assert.equal(await shown(node), "");
    await change(0, "Ana");
    for (const node of [0, 1, 0, 1]) assert.equal(await shown(node), "Ana");
    await change(1, "Bea");
    for (const node of [0, 1, 0, 1]) assert.equal(await shown(node), "Bea");

    const kept = await cluster.redis!.command("--scan", "--pattern", "gatehouse:*");
    for (const secret of [person.id, person.username, "192.0.2"]) assert.ok(!kept.includes(secret), secret);
    await cluster.redis!.kill();
    await change(0, "Cleo");
    for (const node of [0, 1]) assert.equal(await shown(node), "Cleo");
    await cluster.redis!.start();
    await countTogether();
    for (const node of [0, 1, 0, 1]) assert.equal(await shown(node), "Cleo");
  });
});
