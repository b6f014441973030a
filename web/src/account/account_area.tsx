import { api } from "../api/client";
import { t, formatDate } from "../messages";
import { useLoad, Show } from "../ui/load";
import { Shell, type Part } from "../ui/shell";

const parts: Part[] = [{ path: "/account", title: "account.profile", icon: "user" }];

export function AccountArea() {
  const me = useLoad(() => api.get("/v1/me"));
  return (
    <Shell area="account" title={t("account.profile")} parts={parts} showAdmin={false}>
      <Show of={me}>
        {(account) => (
          <section class="card">
            <dl class="facts">
              <dt>{t("username")}</dt>
              <dd>{account.username}</dd>
              <dt>{t("email")}</dt>
              <dd>{account.email}</dd>
              <dt>{t("account.since")}</dt>
              <dd>{formatDate(account.created_at)}</dd>
            </dl>
          </section>
        )}
      </Show>
    </Shell>
  );
}
