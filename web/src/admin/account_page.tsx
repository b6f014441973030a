import { useSignal } from "@preact/signals";
import { permits } from "../account/permits";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatDate, t } from "../messages";
import { goTo } from "../router";
import { offers } from "../settings";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";
import { Badges, StateBadge } from "./accounts_page";
import { EventTable } from "./event_table";
import type { PageProps } from "./page";
import { RolesField, useRoles } from "./roles_field";
import { words } from "./words";

type Account = components["schemas"]["Account"];
type Step = "disable" | "enable" | "end-sessions" | "reset-factors" | "erase";

const steps: Record<Step, (id: string) => Promise<unknown>> = {
  disable: (id) => api.post("/v1/admin/accounts/{id}/disable", { path: { id } }),
  enable: (id) => api.post("/v1/admin/accounts/{id}/enable", { path: { id } }),
  "end-sessions": (id) => api.post("/v1/admin/accounts/{id}/end-sessions", { path: { id } }),
  "reset-factors": (id) => api.delete("/v1/admin/accounts/{id}/factors", { path: { id } }),
  erase: (id) => api.delete("/v1/admin/accounts/{id}", { path: { id } }),
};

export function AccountPage({ id, granted }: PageProps & { id: string }) {
  const roles = useRoles();
  const account = useLoad(() => api.get("/v1/admin/accounts/{id}", { path: { id } }));
  const asking = useSignal<Step | null>(null);
  const done = useSignal(false);
  const finish = () => {
    if (asking.value === "erase") return goTo("/admin/accounts", { replace: true });
    asking.value = null;
    done.value = true;
    void account.reload();
  };
  return (
    <>
      <a href="/admin/accounts">← {t("accounts.back")}</a>
      {done.value && <Alert kind="good">{t("accounts.done")}</Alert>}
      <Show of={account}>
        {(found) => (
          <>
            <section class="card">
              <h2 class="row">
                {found.username} <StateBadge state={found.state} />
              </h2>
              <dl class="facts">
                <dt>{t("email")}</dt>
                <dd>{found.email}</dd>
                <dt>{t("account.display-name")}</dt>
                <dd>{found.display_name || "–"}</dd>
                <dt>{t("accounts.roles")}</dt>
                <dd>
                  <Badges names={found.roles} />
                </dd>
                <dt>{t("accounts.created")}</dt>
                <dd>{formatDate(found.created_at)}</dd>
                <dt>{t("accounts.id")}</dt>
                <dd>
                  <code>{found.id}</code>
                </dd>
              </dl>
            </section>
            {permits(granted, "account:manage") && (roles.value ?? roles.failure) && (
              <Acts account={found} roles={roles} onDone={finish} onAsk={(step) => (asking.value = step)} />
            )}
            {asking.value && <StepDialog step={asking.value} account={found} onDone={finish} onClose={() => (asking.value = null)} />}
          </>
        )}
      </Show>
      {offers("GET /v1/admin/audit") && permits(granted, "audit:read") && (
        <section class="card">
          <h2>{t("accounts.audit")}</h2>
          <EventTable filter={{ subject: id }} />
        </section>
      )}
    </>
  );
}

interface ActsProps {
  account: Account;
  roles: ReturnType<typeof useRoles>;
  onDone: () => void;
  onAsk: (step: Step) => void;
}

function Acts({ account, roles, onDone, onAsk }: ActsProps) {
  // As far as the caller may know: the server refuses in any case.
  if (account.roles.some((name) => roles.value?.beyond.includes(name))) {
    return (
      <section class="card">
        <p>{t("accounts.beyond")}</p>
      </section>
    );
  }
  const step = (name: Step, kind: "plain" | "danger" = "plain") => (
    <Button kind={kind} onClick={() => onAsk(name)}>
      {t(`accounts.${name}`)}
    </Button>
  );
  return (
    <>
      <RolesCard key={account.roles.join(" ")} account={account} roles={roles} onDone={onDone} />
      <section class="card">
        <h2>{t("accounts.actions")}</h2>
        <div class="row">
          {step("end-sessions")}
          {step("reset-factors")}
          {account.state === "active" ? step("disable", "danger") : step("enable")}
          {offers("DELETE /v1/admin/accounts/{id}") && step("erase", "danger")}
        </div>
      </section>
    </>
  );
}

function RolesCard({ account, roles, onDone }: Omit<ActsProps, "onAsk">) {
  const chosen = useSignal(account.roles.join(" "));
  const set = useAction(async () => {
    await api.put("/v1/admin/accounts/{id}/roles", { path: { id: account.id }, body: { roles: words(chosen.value) } });
    onDone();
  });
  return (
    <section class="card">
      <Form action={set} fields={["roles"]}>
        <RolesField known={roles} value={chosen} mistake={set.failure?.fieldMessage("roles")} />
        <div>
          <Button type="submit" busy={set.busy}>
            {t("save")}
          </Button>
        </div>
      </Form>
    </section>
  );
}

interface StepProps {
  step: Step;
  account: Account;
  onDone: () => void;
  onClose: () => void;
}

function StepDialog({ step, account, onDone, onClose }: StepProps) {
  const act = useAction(async () => {
    await steps[step](account.id);
    onDone();
  });
  return (
    <Dialog title={t(`accounts.${step}`)} onClose={onClose}>
      <Form action={act}>
        <p>{t(`accounts.${step}.lead`, { name: account.username })}</p>
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind={step === "enable" ? "primary" : "danger"} busy={act.busy}>
            {t(`accounts.${step}`)}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
