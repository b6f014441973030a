// Mistakes beside fields: said by their code in the language of the page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";

// What the modules look at while they are loaded, hence loaded after it.
const browser = { document: { querySelector: () => null, documentElement: {} }, navigator: { languages: ["de-AT"] } };
for (const [name, value] of Object.entries(browser)) Object.defineProperty(globalThis, name, { value, configurable: true });

let ApiFailure: typeof import("../src/api/problem").ApiFailure;
let loadMessages: typeof import("../src/messages").loadMessages;
before(async () => {
  ({ ApiFailure } = await import("../src/api/problem"));
  ({ loadMessages } = await import("../src/messages"));
});

const failure = (code: string, limit?: number) =>
  new ApiFailure({ status: 400, errors: [{ field: "password", code, message: "as the server says it", ...(limit && { limit }) }] });

test("a known code is said in the language of the page, with its number", async () => {
  await loadMessages("de");
  assert.match(failure("guessable").fieldMessage("password") ?? "", /zu leicht zu erraten/);
  assert.match(failure("too_short", 12).fieldMessage("password") ?? "", /mindestens 12 Zeichen/);
  await loadMessages("en");
  assert.match(failure("too_short", 12).fieldMessage("password") ?? "", /at least 12 characters/);
});

test("what has no words here is said in the server's, and a field without a mistake has none", async () => {
  await loadMessages("de");
  for (const code of ["invalid", "of_next_year", ""]) assert.equal(failure(code).fieldMessage("password"), "as the server says it", code);
  assert.equal(failure("guessable").fieldMessage("username"), undefined);
});

test("every documented code but the general one has words, and a number where it is documented", () => {
  const page = readFileSync("../docs/api/errors.md", "utf8").split("## Of fields")[1]!.split("\n## ")[0]!;
  const documented = new Map([...page.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map((row) => [row[1]!, row[2]!.includes("`limit`")]));
  assert.ok(documented.delete("invalid"));
  for (const language of ["en", "de"]) {
    const messages = JSON.parse(readFileSync(`src/messages/${language}.json`, "utf8")) as Record<string, string>;
    const said = Object.entries(messages).filter(([key]) => key.startsWith("mistake."));
    assert.deepEqual(new Map(said.map(([key, text]) => [key.slice(8), text.includes("{limit}")])), new Map([...documented].sort()));
  }
});
