import { mayReturnTo } from "./return_address";
import { settings } from "./settings";

// The page that was asked for before the sign-in: kept for this tab alone (sessionStorage), so that two tabs that wait
// for a sign-in each come back to their own. Checked when it is read, whoever wrote it.
const key = "gatehouse.return_to";
const home = "/account";
const signIn = /^\/sign-in(?:[/?#]|$)/; // who has just signed in need not again

export function rememberReturn(address: string | null): void {
  if (address === null || signIn.test(address)) return;
  if (mayReturnTo(address, settings.return_origins)) sessionStorage.setItem(key, address);
}

function takeReturn(): string {
  const address = sessionStorage.getItem(key) ?? home;
  sessionStorage.removeItem(key);
  return mayReturnTo(address, settings.return_origins) ? address : home;
}

// Loads it as a new document: it may be the application's, and it must not see what this page held.
export function goBack(): void {
  location.replace(takeReturn());
}

export function signInAgain(): void {
  rememberReturn(location.pathname + location.search);
  location.replace("/sign-in");
}
