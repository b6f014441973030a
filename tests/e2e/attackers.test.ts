// What guessers, sprayers and those who lock others out meet: on one node with its own memory, and on two with Redis.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, type Answer, type Ask } from "./support/http.js";
import { freshName, password, register, type Person } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { until } from "./support/until.js";

// The program's own numbers but where a test would take thousands of tries.
const settings = {
  "defence.address_failures": "5",
  "defence.account_failures": "10",
  "defence.spraying_accounts": "15",
  "defence.stuffing_names": "100",
  "defence.challenge_work": "2000",
  "admin.require_second_factor": "false",
};
const wrong = "wrong all the time";

// Addresses of their own for each test.
let network = 0;
const freshNetwork = (): ((host: number) => string) => {
  const third = ++network;
  return (host) => `198.51.${third}.${host}`;
};
const from = (address: string): Ask => ({ headers: { "x-forwarded-for": address } });

function signIn(port: number, username: string, secret: string, options: Ask = {}, challenge?: string): Promise<Answer> {
  const body = { username, password: secret, ...(challenge === undefined ? {} : { challenge }) };
  return ask(port, "/v1/login", { ...options, body });
}

// What a client's script does with a challenge: ALTCHA's protocol, and no library.
async function solve(port: number, options: Ask): Promise<string> {
  const { json } = await ask(port, "/v1/challenge", options);
  for (let number = 0; number <= json.maxnumber; number++) {
    if (createHash("sha256").update(json.salt + number).digest("hex") !== json.challenge) continue;
    const { algorithm, challenge, salt, signature } = json;
    return Buffer.from(JSON.stringify({ algorithm, challenge, number, salt, signature })).toString("base64");
  }
  throw new Error("no number solves it");
}

const asksForWork = (answer: Answer): boolean => answer.status === 403 && answer.json.type.endsWith("challenge-required");
const device = (answer: Answer): Ask["headers"] => ({
  cookie: `__Host-gatehouse_device=${answer.cookies["__Host-gatehouse_device"]}`,
});

// Each step goes to another one of the nodes.
function attacks(nodes: () => Gatehouse[]): void {
  let turn = 0;
  const port = (): number => nodes()[turn++ % nodes().length]!.port;

  test("an address is blocked after five failures, and work lets a person through, once", async () => {
    const address = from(freshNetwork()(1));
    const person = await register(port());
    for (let i = 0; i < 5; i++) assert.equal((await signIn(port(), freshName(), wrong, address)).status, 401);
    const refused = await signIn(port(), person.username, password, address);
    assert.ok(asksForWork(refused), refused.body);
    const proof = await solve(port(), address);
    assert.equal((await signIn(port(), person.username, password, address, proof)).status, 200);
    assert.ok(asksForWork(await signIn(port(), person.username, password, address, proof)), "the same proof again");
    assert.equal((await signIn(port(), person.username, password, from(freshNetwork()(1)))).status, 200, "a neighbour");
  });

  test("U06 whoever tries to lock an owner out makes it no harder on the owner's own browser", async () => {
    const person = await register(port());
    const office = freshNetwork();
    const own = await signIn(port(), person.username, password, from(office(1)));
    assert.equal(own.status, 200);
    const attacker = freshNetwork();
    for (let i = 1; i <= 40; i++) await signIn(port(), person.username, wrong, from(attacker(i)));
    for (let i = 0; i < 8; i++) await signIn(port(), person.username, wrong, from(office(1))); // a colleague, too
    const stranger = await signIn(port(), person.username, password, from(freshNetwork()(1)));
    assert.ok(asksForWork(stranger), stranger.body);
    const headers = { ...from(office(1)).headers, ...device(own) };
    assert.equal((await signIn(port(), person.username, password, { headers })).status, 200);
  });

  test("U04 a stranger is asked for work in the same words whether or not there is an account", async () => {
    const person = await register(port());
    const nobody = freshName();
    const attacker = freshNetwork();
    const answers: Answer[] = [];
    for (const name of [person.username, nobody]) {
      for (let i = 1; i <= 10; i++) await signIn(port(), name, wrong, from(attacker(i)));
      answers.push(await signIn(port(), name, wrong, from(freshNetwork()(1))));
    }
    const [known, unknown] = answers as [Answer, Answer];
    const words = ({ json, status, headers }: Answer) => ({
      status,
      body: { ...json, error_id: "" },
      headers: Object.keys(headers).sort(),
    });
    assert.ok(asksForWork(known), known.body);
    assert.deepEqual(words(known), words(unknown));
  });

  test("forged, foreign and stale proofs let nobody through", async () => {
    const address = from(freshNetwork()(1));
    const person = await register(port());
    for (let i = 0; i < 5; i++) await signIn(port(), freshName(), wrong, address);
    const challenge = (await ask(port(), "/v1/challenge", address)).json;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");
    const easy = await solve(port(), from(freshNetwork()(1))); // from an address that is not blocked
    for (const proof of ["x", encode({}), encode({ ...challenge, number: 1 }), encode([challenge]), easy]) {
      const answer = await signIn(port(), person.username, password, address, proof);
      assert.ok(asksForWork(answer), `${proof}: ${answer.status} ${answer.body}`);
    }
  });

  test("an administrator sees a blocked address and ends its block", async () => {
    const blocked = freshNetwork()(7);
    for (let i = 0; i < 5; i++) await signIn(port(), freshName(), wrong, from(blocked));
    const headers = bearer(await administratorOf(nodes()[0]!));
    const listed = await ask(port(), "/v1/admin/blocks", { headers });
    assert.ok(listed.json.blocks.some((row: { address: string }) => row.address === blocked), listed.body);
    const end = () => ask(port(), `/v1/admin/blocks/${blocked}`, { method: "DELETE", headers });
    assert.equal((await end()).status, 204);
    assert.equal((await end()).status, 404);
    assert.equal((await signIn(port(), freshName(), wrong, from(blocked))).status, 401);
  });

  // Last, as it brings suspicion upon everyone.
  test("a spraying run over many accounts and addresses puts every stranger to work, and no known browser", async () => {
    const people: Person[] = [];
    for (let i = 0; i < 16; i++) people.push(await register(port()));
    const owner = people[0]!;
    const own = await signIn(port(), owner.username, password, from(freshNetwork()(1)));
    const attacker = freshNetwork();
    let hindered = 0;
    for (const [i, person] of people.entries()) {
      const answer = await signIn(port(), person.username, "Summer2026 is here", from(attacker(i + 1)));
      if (asksForWork(answer)) hindered++;
    }
    assert.ok(hindered <= 4, `nobody is asked before the fifteenth account (the tests above tried two): ${hindered}`);
    const outsider = await register(port()).catch(() => undefined);
    assert.equal(outsider, undefined, "registrations take work as well");
    await until("every node suspects", 60, async () => {
      const answers = await Promise.all(
        nodes().map((node) => signIn(node.port, owner.username, password, from(freshNetwork()(1)))),
      );
      return answers.every(asksForWork);
    });
    const address = from(freshNetwork()(1));
    const proof = await solve(port(), address);
    assert.equal((await signIn(port(), owner.username, password, address, proof)).status, 200);
    const headers = { ...from(attacker(1)).headers, ...device(own) };
    assert.equal((await signIn(port(), owner.username, password, { headers })).status, 200);
    const figures = await Promise.all(nodes().map(async (node) => (await ask(node.adminPort, "/metrics")).body));
    const detected = figures.map((text) => Number(/attacks_detected_total\{reason="spraying"\} (\d+)/.exec(text)![1]));
    assert.equal(detected.reduce((a, b) => a + b), 1, "one attack, noticed once in all nodes");
  });
}

async function administratorOf(node: Gatehouse): Promise<string> {
  const person = await register(node.port);
  const made = node.command("account", "set-roles", person.id, "admin");
  assert.equal(made.status, 0, made.output);
  const body = { username: person.username, password, refresh_in: "body" };
  const answer = await ask(node.port, "/v1/login", { body, ...from(freshNetwork()(1)) });
  assert.equal(answer.status, 200, answer.body);
  return answer.json.access_token as string;
}

describe("attackers at one node", () => {
  let gatehouse: Gatehouse;
  before(async () => {
    gatehouse = await Gatehouse.start({ settings });
  });
  after(async () => gatehouse?.stop());
  attacks(() => [gatehouse]);
});

describe("attackers at two nodes that count together in Redis", () => {
  let application: Application;
  let cluster: Cluster;
  const redisIsUp = async (node: Gatehouse): Promise<boolean> =>
    /^gatehouse_cache_redis_up\{client="redis_limits"\} 1$/m.test((await ask(node.adminPort, "/metrics")).body);
  before(async () => {
    application = await Application.start();
    cluster = await Cluster.start(application.port, { gateNodes: 1, replica: false, pgbouncer: false, settings });
    await until("both nodes count in Redis", 60, async () => {
      const up = await Promise.all(cluster.identity.map(redisIsUp));
      return up.every(Boolean);
    });
  });
  after(async () => {
    await cluster?.stop();
    await application?.stop();
  });
  attacks(() => cluster.identity);
});
