// What clients see while a part is gone, on real servers: docs/ops/degradation.md says it, and this does it. A fault of
// ours is 503 with Retry-After; it is never 401 for who may pass, never 200 for what has ended; and it is over by itself
// once the part is back.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Application } from "./support/application.js";
import type { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer, type Answer } from "./support/http.js";
import { makeFolder, projectRoot } from "./support/paths.js";
import { freshName, login, logout, newPerson, password, refresh, type Person, type SignedIn } from "./support/people.js";
import { Cluster } from "./support/scale/cluster.js";
import { ShiftedClock } from "./support/scale/shifted_clock.js";
import { until } from "./support/until.js";

const columns = ["sign-in", "refresh", "gate check", "logout", "registration"] as const;
type Column = (typeof columns)[number];
const good: Record<Column, number> = { "sign-in": 200, refresh: 200, "gate check": 200, logout: 204, registration: 201 };

// What may come, and after how many seconds at most. `fails`: 503. `works`: what comes on a good day.
interface Cell {
  fails?: boolean;
  works?: boolean;
  seconds: number;
}
const works = (seconds: number): Cell => ({ works: true, seconds });
const fails = (seconds: number): Cell => ({ fails: true, seconds });
const either = (seconds: number): Cell => ({ works: true, fails: true, seconds });

interface Situation {
  gone: string; // the two first columns of the page
  how: string;
  take(): Promise<void> | void;
  give(): Promise<void> | void;
  cells: Record<Column, Cell>;
}
const row = (signIn: Cell, renew: Cell, gate: Cell, leave: Cell, join: Cell): Record<Column, Cell> => ({
  "sign-in": signIn,
  refresh: renew,
  "gate check": gate,
  logout: leave,
  registration: join,
});
// Sign-in and registration hash a password, at the lowest priority there is: they may take what every request may.
const slow = 11;
const all = (cell: (seconds: number) => Cell, seconds: number) =>
  row(cell(slow), cell(seconds), cell(Math.min(seconds, 3)), cell(seconds), cell(slow));
// The database takes no writes, and every gate decides as before.
const noWrites = (seconds: number) => row(fails(slow), fails(seconds), works(2), fails(seconds), fails(slow));

let cluster: Cluster;
let application: Application;
let clock: ShiftedClock;
let folder: string;

const situations: Situation[] = [
  {
    gone: "replica",
    how: "killed",
    take: () => cluster.replica!.kill(),
    give: () => cluster.replica!.start(),
    cells: all(works, 4),
  },
  {
    gone: "replica",
    how: "frozen",
    take: () => cluster.replica!.freeze(),
    give: () => cluster.replica!.thaw(),
    cells: all(works, 4),
  },
  {
    gone: "replica that commits wait for",
    how: "killed",
    take: async () => {
      await cluster.primary.setSynchronous(true);
      await cluster.replica!.kill();
    },
    give: async () => {
      await cluster.replica!.start();
      await cluster.primary.setSynchronous(false);
    },
    cells: noWrites(11),
  },
  {
    gone: "Redis",
    how: "killed",
    take: () => cluster.redis!.kill(),
    give: () => cluster.redis!.start(),
    cells: all(works, 4),
  },
  {
    gone: "Redis",
    how: "frozen",
    take: () => cluster.redis!.freeze(),
    give: () => cluster.redis!.thaw(),
    cells: all(works, 4),
  },
  {
    gone: "PgBouncer",
    how: "killed",
    take: () => cluster.bouncer!.kill(),
    give: () => cluster.bouncer!.start(),
    cells: noWrites(5),
  },
  {
    gone: "PgBouncer",
    how: "frozen",
    take: () => cluster.bouncer!.freeze(),
    give: () => cluster.bouncer!.thaw(),
    cells: noWrites(11),
  },
  {
    gone: "PostgreSQL primary",
    how: "frozen",
    take: () => cluster.primary.freeze(),
    give: () => cluster.primary.thaw(),
    cells: noWrites(11),
  },
  {
    gone: "PostgreSQL primary",
    how: "killed",
    take: () => cluster.primary.kill(),
    give: () => cluster.primary.start(),
    cells: noWrites(8),
  },
  {
    gone: "PostgreSQL primary and an identity node",
    how: "killed",
    take: async () => {
      await cluster.primary.kill();
      await cluster.identity[0]!.process.kill();
      for (const gate of cluster.gates) await until("a gate is not sure any more", 20, async () => !(await isReady(gate)));
    },
    give: async () => {
      await cluster.primary.start();
      // PgBouncer keeps away from a server that it has just missed; whoever looks after a node starts it again.
      const started = () => cluster.identity[0]!.start().then(() => true, () => false);
      await until("the node starts", 20, started);
    },
    cells: all(fails, 8),
  },
  {
    gone: "disk of the primary",
    how: "full",
    take: async () => {
      cluster.volume!.fill();
      // It still has room in its current files; a registration at a time uses that up.
      await until("a registration fails", 60, async () => (await ask(cluster.port, "/v1/register", freshMember())).status === 503);
    },
    give: async () => {
      cluster.volume!.clear();
      await cluster.primary.kill(); // which it may have done to itself
      await cluster.primary.start();
    },
    // What still finds room in a file works.
    cells: row(either(slow), either(8), works(2), either(8), either(slow)),
  },
  {
    gone: "clock of one identity node and one gate",
    how: "a day ahead",
    take: () => shift("+1d"),
    give: () => clock.set("+0"),
    cells: all(works, 4),
  },
  {
    gone: "clock of one identity node and one gate",
    how: "a day behind",
    take: () => shift("-1d"),
    give: () => clock.set("+0"),
    cells: all(works, 4),
  },
];

const isReady = async (node: Gatehouse) => (await ask(node.adminPort, "/readyz")).status === 200;

// Both machines show the wrong time, the header that HTTP wants included.
async function shift(offset: string): Promise<void> {
  clock.set(offset);
  for (const node of [cluster.identity.at(-1)!, cluster.gates.at(-1)!]) {
    const shown = async () => Date.parse((await ask(node.port, "/")).headers.date!);
    await until("the clock is a day off", 10, async () => Math.abs((await shown()) - Date.now()) > 12 * 3600_000);
  }
}

const freshMember = () => {
  const username = freshName();
  return { body: { username, email: `${username}@example.org`, password } };
};

// Who takes part in one situation. Each operation has people of its own: what one of them ends harms no other.
interface Cast {
  known: Person[];
  live: (Person & SignedIn)[];
  leaving: (Person & SignedIn)[];
  renewing: (Person & SignedIn)[];
  ended: Person & SignedIn; // signed out before the part went away
}
const rounds = 3; // more than there are nodes, so that each of them is met

async function makeCast(): Promise<Cast> {
  const many = () => Promise.all(Array.from({ length: rounds }, () => newPerson(cluster.port)));
  const ended = await newPerson(cluster.port);
  assert.equal((await logout(cluster.port, ended.refresh)).status, 204);
  const [known, live, leaving, renewing] = [await many(), await many(), await many(), await many()];
  await until("every gate refuses what has ended", 5, async () => (await page(ended)).status === 401);
  return { known, live, leaving, renewing, ended };
}

const page = (person: SignedIn) => ask(cluster.port, "/page", { headers: bearer(person.access) });

function attempt(column: Column, cast: Cast, round: number): Promise<Answer> {
  const { port } = cluster;
  switch (column) {
    case "sign-in":
      return login(port, cast.known[round]!);
    case "refresh":
      return refresh(port, cast.renewing[round]!.refresh);
    case "gate check":
      return page(cast.live[round]!);
    case "logout":
      return logout(port, cast.leaving[round]!.refresh);
    case "registration":
      return ask(port, "/v1/register", freshMember());
  }
}

function check(column: Column, cell: Cell, answer: Answer): void {
  const allowed = [...(cell.works ? [good[column]] : []), ...(cell.fails ? [503] : [])];
  const what = `${column}: ${answer.status} after ${(answer.milliseconds / 1000).toFixed(1)} s, ${answer.body.slice(0, 300)}`;
  assert.ok(allowed.includes(answer.status), what);
  assert.ok(answer.milliseconds <= cell.seconds * 1000, what);
  if (answer.status === 503) assert.match(String(answer.headers["retry-after"]), /^\d+$/, what);
}

// By itself, with the same processes.
const recovered = () =>
  until("everything works again", 30, async () => {
    const { port } = cluster;
    const username = freshName();
    const joined = await ask(port, "/v1/register", { body: { username, email: `${username}@example.org`, password } });
    const entered = joined.status === 201 ? await login(port, { username }) : joined;
    const strangers = await ask(port, "/page"); // nginx leaves a gate that could not decide alone for a while
    return entered.status === 200 && strangers.status === 401 && (await Promise.all(cluster.gates.map(isReady))).every((ready) => ready);
  });

// What was acknowledged while the part was away holds; what was not may have happened or not.
async function verify(cast: Cast, acknowledged: boolean[]): Promise<void> {
  for (const [round, person] of cast.leaving.entries()) {
    if (!acknowledged[round]) continue;
    await until("a logout that was acknowledged holds", 2, async () => (await page(person)).status === 401);
    assert.equal((await refresh(cluster.port, person.refresh)).status, 401);
  }
  for (const person of cast.live) assert.equal((await page(person)).status, 200, "who never signed out is let through");
  for (const person of cast.renewing) assert.equal((await refresh(cluster.port, person.refresh)).status, 200, "a retry is answered");
  assert.equal((await page(cast.ended)).status, 401);
}

// As the program has it, where the tests' own default would hide how long a client waits. A retry of a refresh is
// answered for as long as a situation lasts.
const settings = {
  "server.request_timeout": '"10s"',
  "session.grace": '"1m"',
  "password.memory_kib": "7168",
  "password.iterations": "5",
};

describe("F02 a part of the installation is gone", () => {
  before(async () => {
    application = await Application.start();
    clock = new ShiftedClock((folder = makeFolder()));
    cluster = await Cluster.start(application.port, { volume: 160, shifted: clock, settings });
  });
  after(async () => {
    await cluster?.stop();
    await application?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const situation of situations) {
    test(`${situation.gone} ${situation.how}`, async () => {
      const cast = await makeCast();
      const processes = cluster.nodes.map((node) => node.process);
      const acknowledged: boolean[] = [];
      let left = processes;
      try {
        await situation.take();
        left = processes.filter((child) => child.running);
        for (let round = 0; round < rounds; round++) {
          const answers = await Promise.all(columns.map((column) => attempt(column, cast, round)));
          for (const [n, column] of columns.entries()) check(column, situation.cells[column], answers[n]!);
          acknowledged[round] = answers[columns.indexOf("logout")]!.status === 204;
          const ended = await page(cast.ended);
          assert.ok([401, 503].includes(ended.status), `what has ended stays refused: ${ended.status}`);
        }
      } finally {
        await situation.give();
        await recovered();
      }
      await verify(cast, acknowledged);
      assert.ok(left.length > 0 && left.every((child) => child.running), "nobody else had to be started anew");
    });
  }
});

test("docs/ops/degradation.md says what these tests do", () => {
  const text = readFileSync(join(projectRoot, "docs/ops/degradation.md"), "utf8");
  const inPage = [...text.matchAll(/^\| (.+) \|$/gm)].map((match) => match[1]!.split(" | ").map((cell) => cell.trim()));
  const shown = (column: Column, cell: Cell) => {
    const statuses = [...(cell.works ? [good[column]] : []), ...(cell.fails ? [503] : [])];
    return `${statuses.join(" or ")}, ${cell.seconds} s`;
  };
  const expected = situations.map(({ gone, how, cells }) => [gone, how, ...columns.map((c) => shown(c, cells[c]))]);
  assert.deepEqual(inPage.slice(0, 1), [["gone", "how", ...columns]]);
  assert.deepEqual(inPage.slice(2), expected);
});
