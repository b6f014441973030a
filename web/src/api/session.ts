import { signInAgain } from "../return_to";
import { failureOf, noConnection } from "./problem";

// What keeps a page signed in. The access token lives for minutes, in a cookie; POST /v1/refresh puts the next one
// there. Two tabs may find it expired at once: a lock lets one go after the other, and where there are no locks the
// server answers both with the same successor (docs/adr/0016-refresh-tokens-are-computed.md).
const lockName = "gatehouse.refresh";
let running: Promise<boolean> | null = null;

// What is answered with other tokens, one after another over all tabs. A reauthentication, too: a refresh beside it would
// come with the cookie from before, and be refused.
export async function inTurn<T>(work: () => Promise<T>): Promise<Awaited<T>> {
  return navigator.locks ? await navigator.locks.request(lockName, work) : await work();
}

async function refreshOnce(): Promise<boolean> {
  const sent = fetch("/v1/refresh", { method: "POST", credentials: "same-origin", cache: "no-store" });
  const response = await sent.catch(() => Promise.reject(noConnection()));
  if (response.ok) return true;
  if (response.status === 401 || response.status === 403) return false;
  throw await failureOf(response); // 429, 503: nothing is known of the session, so it has not ended
}

// False: there is no session to go on with.
export function refreshTokens(): Promise<boolean> {
  running ??= inTurn(refreshOnce).finally(() => (running = null));
  return running;
}

// Ended elsewhere, or expired: the sign-in comes next, and this page after it. Never returns.
export function sessionEnded(): Promise<never> {
  signInAgain();
  return new Promise(() => {});
}

type StepUp = (challenge: string) => Promise<void>;
let askForProof: StepUp = () => Promise.reject(new Error("no step-up dialog"));

// The dialog that asks for a fresh or stronger proof (RFC 9470); set by the page that shows it.
export function setStepUp(dialog: StepUp): void {
  askForProof = dialog;
}

// One dialog at a time: what is refused while it is open waits for the same proof.
let proving: Promise<void> | null = null;
export function stepUp(challenge: string): Promise<void> {
  proving ??= askForProof(challenge).finally(() => (proving = null));
  return proving;
}

// Whether one was asked for by another request; then it has been given by now.
export async function proofUnderWay(): Promise<boolean> {
  if (proving === null) return false;
  await proving;
  return true;
}
