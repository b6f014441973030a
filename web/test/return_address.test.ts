// The same list that src/web/return_address_test.cpp goes through: client and server must agree.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { mayReturnTo } from "../src/return_address";

const list = JSON.parse(readFileSync("../tests/support/return_addresses.json", "utf8")) as {
  origins: string[];
  allowed: string[];
  refused: string[];
};

test("G12 nothing that could be another host is taken", () => {
  assert.ok(list.refused.length > 40);
  for (const address of list.refused) assert.equal(mayReturnTo(address, list.origins), false, JSON.stringify(address));
});

test("own paths and listed origins are taken", () => {
  for (const address of list.allowed) assert.equal(mayReturnTo(address, list.origins), true, address);
});

// What the browser itself makes of it decides in the end.
test("G12 whatever is taken leads, by the URL standard, to this host or a listed one", () => {
  for (const address of [...list.allowed, ...list.refused]) {
    if (!mayReturnTo(address, list.origins)) continue;
    const { origin } = new URL(address, "https://id.example/sign-in");
    assert.ok(["https://id.example", ...list.origins].includes(origin), address);
  }
});

test("without a list no other origin is taken, and length is bounded", () => {
  assert.equal(mayReturnTo("https://app.example/", []), false);
  assert.equal(mayReturnTo(`/${"a".repeat(2047)}`, []), true);
  assert.equal(mayReturnTo(`/${"a".repeat(2048)}`, []), false);
});
