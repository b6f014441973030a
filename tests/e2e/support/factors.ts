import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { ask, bearer } from "./http.js";
import { newPerson, refresh, type Person, type SignedIn } from "./people.js";

// An authenticator app (RFC 6238: HMAC-SHA-1, six digits, 30 seconds).
export class App {
  readonly key: Buffer;
  constructor(base32: string) {
    const bits = [...base32].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
    this.key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  }
  // Of the step at hand, or of one so many later: a step is good once, and the next one is taken already.
  code(later = 0): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
    const digest = createHmac("sha1", this.key).update(counter).digest();
    const number = digest.readUInt32BE(digest[19]! & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
  }
}

export interface Enrolled {
  app: App;
  factor: string;
  codes: string[]; // recovery codes, with the first factor
}

export async function enrolApp(port: number, access: string, name = "phone"): Promise<Enrolled> {
  const begun = await ask(port, "/v1/factors/totp", { headers: bearer(access), body: { name } });
  assert.equal(begun.status, 201, begun.body);
  const app = new App(begun.json.secret);
  // Of the step before, so that the one at hand is still good.
  const body = { code: app.code(-1) };
  const added = await ask(port, `/v1/factors/totp/${begun.json.id}/confirm`, { headers: bearer(access), body });
  assert.equal(added.status, 201, added.body);
  return { app, factor: begun.json.id, codes: added.json.codes ?? [] };
}

// Somebody who may act as an administrator: with the role, which `setRoles` gives (a command of the program), and
// signed in with two factors.
export async function newAdministrator(
  port: number,
  setRoles: (username: string) => unknown,
): Promise<Person & SignedIn & Enrolled> {
  const person = await newPerson(port);
  await setRoles(person.username);
  return { ...person, ...(await strengthen(port, person.refresh)) };
}

// Adds an app to an account that has none: the session counts as one of two factors from its next token on.
export async function strengthen(port: number, refreshToken: string): Promise<SignedIn & Enrolled> {
  const weak = await refresh(port, refreshToken);
  assert.equal(weak.status, 200, weak.body);
  const enrolled = await enrolApp(port, weak.json.access_token);
  const { json } = await refresh(port, weak.json.refresh_token);
  return { ...enrolled, access: json.access_token, refresh: json.refresh_token, session: json.session_id };
}
