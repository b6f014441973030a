import { signal } from "@preact/signals";
import { api } from "../api/client";
import { ApiFailure } from "../api/problem";
import workerUrl from "./worker?worker&url";
import { payloadOf, type Challenge } from "./solve";

// True while this browser works on a challenge; the page says so, as it may take seconds.
export const solving = signal(false);

// Of the whole script only this address may become a worker's (Trusted Types).
function trusted(url: string): string {
  const policy = window.trustedTypes?.createPolicy("gatehouse", { createScriptURL: () => new URL(url, location.origin).href });
  return policy === undefined ? url : (policy.createScriptURL(url) as unknown as string);
}
let trustedUrl: string | null = null;

function solve(challenge: Challenge): Promise<string> {
  trustedUrl ??= trusted(workerUrl);
  const worker = new Worker(trustedUrl, { type: "module" });
  return new Promise<string>((done, failed) => {
    const unsolved = () => failed(new ApiFailure({ status: 403, type: "/problems/challenge-required" }));
    worker.onmessage = (event: MessageEvent<number | null>) => (event.data === null ? unsolved() : done(payloadOf(challenge, event.data)));
    worker.onerror = unsolved;
    worker.postMessage(challenge);
  }).finally(() => worker.terminate());
}

// Sends; where the server asks for a proof of work first, solves what it asks and sends again, once.
export async function withChallenge<T>(send: (solved: { challenge?: string }) => Promise<T>): Promise<T> {
  try {
    return await send({});
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.slug !== "challenge-required") throw error;
  }
  solving.value = true;
  try {
    return await send({ challenge: await solve(await api.get("/v1/challenge", { anonymous: true })) });
  } finally {
    solving.value = false;
  }
}
