import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

type Messages = Record<string, string>;
const read = (name: string) => JSON.parse(readFileSync(`src/messages/${name}.json`, "utf8")) as Messages;
const english = read("en");
const german = read("de");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : /\.tsx?$/.test(path) && !path.endsWith(".d.ts") ? [path] : [];
  });
}
const code = sources("src").map((path) => ({ path, text: readFileSync(path, "utf8") }));
const all = code.map((file) => file.text).join("\n");

test("both languages have the same keys, in order, each with a text", () => {
  assert.deepEqual(Object.keys(german), Object.keys(english));
  assert.deepEqual(Object.keys(english), [...Object.keys(english)].sort());
  for (const messages of [english, german]) for (const [key, text] of Object.entries(messages)) assert.notEqual(text.trim(), "", key);
});

test("both languages fill in the same values", () => {
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();
  for (const key of Object.keys(english)) {
    if (key.endsWith(".one")) continue; // "one minute" needs no number
    assert.deepEqual(values(german[key]!), values(english[key]!), key);
  }
});

// Keys that are put together, as patterns: `problem.${slug}`, `accounts.${step}.lead`.
const patterns = code
  .filter(({ path }) => !path.endsWith("src/messages.ts"))
  .flatMap(({ text }) => [...text.matchAll(/`([\w.-]*\$\{[^`]+\}[\w.-]*)`/g)])
  .map((match) => match[1]!.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\.")))
  .filter((parts) => parts.some((part) => /\w{4}/.test(part)))
  .map((parts) => new RegExp(`^${parts.join("[\\w.-]+")}$`));

test("every key is used", () => {
  for (const key of Object.keys(english)) {
    const counted = /\.(one|other)$/.test(key) && all.includes(`"${key.replace(/\.(one|other)$/, "")}"`);
    const used = all.includes(`"${key}"`) || counted || patterns.some((pattern) => pattern.test(key));
    assert.ok(used, `${key} is not used`);
  }
});

test("no words for people stand outside the message files", () => {
  for (const { path, text } of code) {
    if (!path.endsWith(".tsx")) continue;
    const between = [...text.matchAll(/(?<!=)>\s*([A-Z][a-z]+(?: [\w']+)*[.!?]?)\s*</g)].map((match) => match[1]);
    assert.deepEqual(between, [], `${path}: text between elements`);
    const attributes = [...text.matchAll(/\b(?:aria-label|title|alt|placeholder|label|hint|lead)="([^"]+)"/g)].map((match) => match[1]);
    assert.deepEqual(attributes, [], `${path}: text in an attribute`);
  }
});
