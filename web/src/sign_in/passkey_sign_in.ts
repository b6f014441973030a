import { api } from "../api/client";
import { ApiFailure } from "../api/problem";
import { getPasskey, hasAutofill, PasskeyCancelled } from "../webauthn";

// One question at a time: a browser refuses a second while the first, which autofill left open, is not given up.
let open: AbortController | null = null;

async function signIn(autofill: boolean): Promise<void> {
  open?.abort();
  const mine = (open = new AbortController());
  const { transaction, public_key } = await api.post("/v1/login/webauthn/options", { body: {}, anonymous: true });
  if (mine.signal.aborted) throw new PasskeyCancelled();
  const credential = await getPasskey(public_key, { autofill, signal: mine.signal });
  await api.post("/v1/login/webauthn", { body: { transaction, credential, refresh_in: "cookie" }, anonymous: true });
}

export function signInWithPasskey(): Promise<void> {
  return signIn(false);
}

// Lets the browser offer passkeys in the name field. What goes wrong there is no word on the page: nobody has asked yet.
// Returns what takes the offer back.
export function offerPasskeys(onDone: () => void): () => void {
  let left = false;
  const offer = async () => {
    if (!(await hasAutofill()) || left) return;
    try {
      await signIn(true);
      if (!left) onDone();
    } catch (error) {
      if (!(error instanceof PasskeyCancelled) && !(error instanceof ApiFailure)) throw error;
    }
  };
  void offer();
  return () => {
    left = true;
    open?.abort();
  };
}
