import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatDate, t, type MessageKey } from "../messages";
import { path } from "../router";
import { useAction } from "../ui/action";
import { Alert, FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Show, useLoad, type Loaded } from "../ui/load";
import { Shell, type Part } from "../ui/shell";
import { StepUp } from "../ui/step_up";
import { mayAdminister } from "./permits";
import { PrivacyPage } from "./privacy_page";
import { ProfilePage } from "./profile_page";
import { SecurityPage } from "./security_page";
import { SessionsPage } from "./sessions_page";

export type Account = components["schemas"]["Me"];

const parts: Part[] = [
  { path: "/account", title: "account.profile", icon: "user" },
  { path: "/account/security", title: "account.security", icon: "shield" },
  { path: "/account/sessions", title: "account.sessions", icon: "laptop" },
  { path: "/account/privacy", title: "account.privacy", icon: "download" },
];

export function AccountArea() {
  const me = useLoad(async () => await api.get("/v1/me"));
  const here = parts.find((part) => part.path === path.value) ?? parts[0]!;
  return (
    <Shell area="account" title={t(here.title)} lead={t(`${here.title}.lead` as MessageKey)} parts={parts} showAdmin={mayAdminister(me.value?.permissions)}>
      <Show of={me}>
        {(account) => (
          <>
            <DeletionNote account={account} me={me} />
            {here.path === "/account" && <ProfilePage account={account} onChange={(changed) => me.set({ ...account, ...changed })} />}
            {here.path === "/account/security" && <SecurityPage username={account.username} />}
            {here.path === "/account/sessions" && <SessionsPage />}
            {here.path === "/account/privacy" && <PrivacyPage account={account} onChange={me.reload} />}
          </>
        )}
      </Show>
      <StepUp />
    </Shell>
  );
}

function DeletionNote({ account, me }: { account: Account; me: Loaded<Account> }) {
  const keep = useAction(async () => {
    await api.delete("/v1/me/deletion");
    await me.reload();
  });
  if (!account.deletion_at) return null;
  return (
    <Alert kind="warn">
      <FailureAlert failure={keep.failure} />
      <span>{t("account.deletes", { date: formatDate(account.deletion_at) })}</span>
      <div>
        <Button small busy={keep.busy} onClick={keep.run}>
          {t("account.deletes.keep")}
        </Button>
      </div>
    </Alert>
  );
}
