import type { components } from "../api/schema";
import { sha256Hex } from "./sha256";

export type Challenge = components["schemas"]["Challenge"];

// ALTCHA's proof of work: the number that, written behind the salt, has the hash that was asked for.
// Nothing when no number up to `maxnumber` has, or the algorithm is none that we know.
export function findNumber(challenge: Challenge): number | null {
  if (challenge.algorithm !== "SHA-256") return null;
  const encoder = new TextEncoder();
  for (let number = 0; number <= challenge.maxnumber; number++) {
    if (sha256Hex(encoder.encode(challenge.salt + number)) === challenge.challenge) return number;
  }
  return null;
}

// What the server wants back: the challenge with the number, as JSON in base64.
export function payloadOf(challenge: Challenge, number: number): string {
  const { algorithm, salt, signature } = challenge;
  return btoa(JSON.stringify({ algorithm, challenge: challenge.challenge, number, salt, signature }));
}
