import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256Hex } from "../src/challenge/sha256";
import { findNumber, payloadOf } from "../src/challenge/solve";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

test("SHA-256 is that of everybody else, at every length around a block's end", () => {
  for (let length = 0; length < 200; length++) {
    const text = "x".repeat(length);
    assert.equal(sha256Hex(new TextEncoder().encode(text)), hash(text), String(length));
  }
  assert.equal(sha256Hex(new TextEncoder().encode("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("finds the number that was hidden, at both ends of the range", () => {
  for (const number of [0, 1, 4711, 5000]) {
    const salt = "3f2a9c?expires=1700000000";
    const challenge = { algorithm: "SHA-256", challenge: hash(salt + number), salt, signature: "s", maxnumber: 5000 };
    assert.equal(findNumber(challenge), number);
    assert.deepEqual(JSON.parse(atob(payloadOf(challenge, number))), {
      algorithm: "SHA-256", challenge: challenge.challenge, number, salt, signature: "s",
    });
  }
});

test("gives up where there is no number, and at an algorithm it does not know", () => {
  const challenge = { algorithm: "SHA-256", challenge: hash("y101"), salt: "y", signature: "s", maxnumber: 100 };
  assert.equal(findNumber(challenge), null);
  assert.equal(findNumber({ ...challenge, maxnumber: 200, algorithm: "SHA-1" }), null);
});
