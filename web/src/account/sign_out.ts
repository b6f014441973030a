import { api } from "../api/client";
import { keep } from "../preferences";

// The answer makes the browser forget all that the site stored, so what was chosen is written again.
export async function signOut(): Promise<void> {
  await api.post("/v1/logout", { body: {}, anonymous: true });
  keep();
  location.replace("/sign-in");
}
