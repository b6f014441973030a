import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { path } from "./router";
import { InvitePage } from "./sign_in/invite_page";
import { ChangeEmailPage, RestoreEmailPage } from "./sign_in/link_pages";
import { RegisterPage } from "./sign_in/register_page";
import { ResetPage } from "./sign_in/reset_page";
import { SignInPage } from "./sign_in/sign_in_page";
import { VerifyPage } from "./sign_in/verify_page";
import { NotFound } from "./ui/not_found";
import { NotLoaded } from "./ui/not_loaded";

// Path → page. What most visitors need comes with the first load; the rest when it is asked for.
type Page = ComponentType;
const eager: Record<string, Page> = {
  "/sign-in": SignInPage,
  "/register": RegisterPage,
  "/verify": VerifyPage,
  "/reset": ResetPage,
  "/invite": InvitePage,
  "/change-email": ChangeEmailPage,
  "/restore-email": RestoreEmailPage,
};
const lazy: [RegExp, () => Promise<Page>][] = [
  [/^\/account(\/|$)/, async () => (await import("./account/account_area")).AccountArea],
  [/^\/admin(\/|$)/, async () => (await import("./admin/admin_area")).AdminArea],
];

export function isPage(target: string): boolean {
  return target in eager || lazy.some(([pattern]) => pattern.test(target));
}

export function App() {
  const loaded = useSignal<Page | null>(null);
  const entry = eager[path.value];
  const area = lazy.findIndex(([pattern]) => pattern.test(path.value));
  useEffect(() => {
    loaded.value = null;
    let wanted = true; // not once another area is asked for
    const show = (page: Page) => wanted && (loaded.value = page);
    lazy[area]?.[1]().then(show, () => show(NotLoaded));
    return () => (wanted = false);
  }, [area]);
  const Shown = entry ?? (area < 0 ? NotFound : loaded.value);
  return Shown === null ? null : <Shown />;
}
