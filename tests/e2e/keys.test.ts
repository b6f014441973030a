// The keys that sign, rotated by an administrator of a running process: no gate may meet a token before its key.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newAdministrator } from "./support/factors.js";
import { Gatehouse } from "./support/gatehouse.js";
import { ask, bearer } from "./support/http.js";
import { gateSays, newPerson, refresh } from "./support/people.js";

let gatehouse: Gatehouse;
let administrator: Awaited<ReturnType<typeof newAdministrator>>;
before(async () => {
  gatehouse = await Gatehouse.start();
  administrator = await newAdministrator(gatehouse.port, (name) => gatehouse.command("account", "set-roles", name, "admin"));
});
after(() => gatehouse?.stop());

test("T18 keys rotated one after another: the gate lets each new token pass, and the old ones", async () => {
  const { port } = gatehouse;
  const person = await newPerson(port);
  const tokens = [person.access];
  let token = person.refresh;
  for (let rotation = 0; rotation < 3; rotation++) {
    const rotated = await ask(port, "/v1/admin/keys/rotate", { method: "POST", headers: bearer(administrator.access) });
    assert.equal(rotated.status, 200, rotated.body);
    const { json } = await refresh(port, token);
    token = json.refresh_token as string;
    tokens.push(json.access_token as string);
    for (const access of tokens) assert.equal(await gateSays(port, access), 200, `after rotation ${rotation + 1}`);
  }
});
