import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ask, bearer, type Answer, type Ask } from "./http.js";

export const password = "violet harbour 42 lanterns";

export interface Person {
  id: string;
  username: string;
  email: string;
}
export interface SignedIn {
  access: string;
  refresh: string;
  session: string;
}

let count = 0;
export function freshName(): string {
  return `u${++count}${randomBytes(4).toString("hex")}`;
}

export async function register(port: number, username = freshName()): Promise<Person> {
  const email = `${username}@example.org`;
  const answer = await ask(port, "/v1/register", { body: { username, email, password } });
  assert.equal(answer.status, 201, answer.body);
  return { id: answer.json.id, username, email };
}

export function login(port: number, person: { username: string }, secret = password, options: Ask = {}): Promise<Answer> {
  return ask(port, "/v1/login", { ...options, body: { username: person.username, password: secret, refresh_in: "body" } });
}

export async function signIn(port: number, person: { username: string }, secret = password): Promise<SignedIn> {
  const answer = await login(port, person, secret);
  assert.equal(answer.status, 200, answer.body);
  return { access: answer.json.access_token, refresh: answer.json.refresh_token, session: answer.json.session_id };
}

export async function newPerson(port: number): Promise<Person & SignedIn> {
  const person = await register(port);
  return { ...person, ...(await signIn(port, person)) };
}

export function refresh(port: number, token: string): Promise<Answer> {
  return ask(port, "/v1/refresh", { body: { refresh_token: token } });
}

export function logout(port: number, token: string): Promise<Answer> {
  return ask(port, "/v1/logout", { body: { refresh_token: token } });
}

// What the bare gate says of a token, as nginx asks it.
export async function gateSays(port: number, token: string, url = "http://app.example/page"): Promise<number> {
  const headers = { ...bearer(token), "x-original-url": url, "x-original-method": "GET" };
  return (await ask(port, "/gate/check", { headers })).status;
}
