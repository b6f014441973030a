import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatDate, t } from "../messages";
import { keepHere, keptHere } from "../router";
import { NewPassword } from "../sign_in/new_password";
import { offers } from "../settings";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";
import { usePages } from "../ui/pages_of";
import { RowButton } from "../ui/row_button";
import { Table } from "../ui/table";
import { RolesField, useRoles } from "./roles_field";
import { words } from "./words";

type Account = components["schemas"]["Account"];
type Invite = components["schemas"]["Invite"];

export function StateBadge({ state }: { state: Account["state"] }) {
  return <span class={`badge ${state === "active" ? "good" : "bad"}`}>{t(`accounts.state.${state}`)}</span>;
}

export function Badges({ names }: { names: string[] }) {
  return (
    <span class="row">
      {names.map((name) => (
        <span key={name} class="badge">
          {name}
        </span>
      ))}
    </span>
  );
}

const prefixed = (beginning: string) => (beginning === "" ? {} : { username_prefix: beginning });

export function AccountsPage() {
  const typed = useSignal(keptHere());
  const wanted = useSignal(typed.value);
  const asking = useSignal<"create" | "invite" | null>(null);
  const done = useSignal("");
  const accounts = usePages(async (cursor) => {
    // An address is looked up by itself, and never in a URL.
    const page = wanted.value.includes("@")
      ? await api.post("/v1/admin/accounts/search", { body: { email: wanted.value } })
      : await api.get("/v1/admin/accounts", { query: { ...prefixed(wanted.value), ...(cursor ? { cursor } : {}), limit: 50 } });
    return { rows: page.accounts, next: page.next };
  }, wanted.value);
  const invites = useLoad(async () => (offers("GET /v1/admin/invites") ? (await api.get("/v1/admin/invites")).invites : []));
  const search = useAction(async () => {
    wanted.value = typed.value.trim();
    keepHere(wanted.value);
  });
  const finish = (text: string) => {
    asking.value = null;
    done.value = text;
    void accounts.reload();
    void invites.reload();
  };
  return (
    <>
      {done.value && <Alert kind="good">{done.value}</Alert>}
      <section class="card">
        <Form action={search}>
          <div class="filters">
            <Field label={t("accounts.search")} hint={t("accounts.search.hint")} value={typed} type="search" required={false} />
            <Button type="submit" kind="primary">
              {t("accounts.search.submit")}
            </Button>
          </div>
        </Form>
        <Show of={accounts}>
          {(rows) => (
            <Table
              caption={t("admin.accounts")}
              rows={rows}
              keyOf={(account) => account.id}
              empty={t("accounts.none")}
              icon="users"
              more={accounts.more}
              columns={[
                { title: t("username"), show: (account) => <a href={`/admin/accounts/${account.id}`}>{account.username}</a> },
                { title: t("email"), show: (account) => account.email },
                { title: t("accounts.roles"), show: (account) => <Badges names={account.roles} /> },
                { title: t("accounts.state"), show: (account) => <StateBadge state={account.state} />, narrow: true },
                { title: t("accounts.created"), show: (account) => formatDate(account.created_at), narrow: true },
              ]}
            />
          )}
        </Show>
        <div class="row">
          {offers("POST /v1/admin/invites") && <Button onClick={() => (asking.value = "invite")}>{t("accounts.invite")}</Button>}
          {offers("POST /v1/admin/accounts") && <Button onClick={() => (asking.value = "create")}>{t("accounts.create")}</Button>}
        </div>
      </section>
      {offers("GET /v1/admin/invites") && (
        <section class="card">
          <h2>{t("accounts.invites")}</h2>
          <Show of={invites}>{(list) => <InviteTable invites={list} onChange={invites.reload} />}</Show>
        </section>
      )}
      {asking.value === "create" && <CreateDialog onDone={(name) => finish(t("accounts.create.done", { name }))} onClose={() => (asking.value = null)} />}
      {asking.value === "invite" && <InviteDialog onDone={(email) => finish(t("accounts.invite.done", { email }))} onClose={() => (asking.value = null)} />}
    </>
  );
}

function InviteTable({ invites, onChange }: { invites: Invite[]; onChange: () => Promise<void> }) {
  return (
    <Table
      caption={t("accounts.invites")}
      rows={invites}
      keyOf={(invite) => invite.id}
      empty={t("accounts.invites.none")}
      icon="mail"
      columns={[
        { title: t("email"), show: (invite) => invite.email },
        { title: t("accounts.roles"), show: (invite) => <Badges names={invite.roles} /> },
        { title: t("accounts.expires"), show: (invite) => formatDate(invite.expires_at), narrow: true },
        { title: t("accounts.invites.withdraw"), show: (invite) => <Withdraw invite={invite} onDone={onChange} />, narrow: true },
      ]}
    />
  );
}

function Withdraw({ invite, onDone }: { invite: Invite; onDone: () => Promise<void> }) {
  const withdraw = async () => {
    await api.delete("/v1/admin/invites/{id}", { path: { id: invite.id } });
    await onDone();
  };
  return (
    <RowButton label={t("accounts.invites.withdraw.of", { email: invite.email })} work={withdraw}>
      {t("accounts.invites.withdraw")}
    </RowButton>
  );
}

interface DialogProps {
  onDone: (who: string) => void;
  onClose: () => void;
}

function InviteDialog({ onDone, onClose }: DialogProps) {
  const email = useSignal("");
  const roles = useSignal("member");
  const known = useRoles();
  const invite = useAction(async () => {
    await api.post("/v1/admin/invites", { body: { email: email.value.trim(), roles: words(roles.value) } });
    onDone(email.value.trim());
  });
  return (
    <Dialog title={t("accounts.invite")} onClose={onClose}>
      <Form action={invite} fields={["email", "roles"]}>
        <Field label={t("email")} value={email} mistake={invite.failure?.fieldMessage("email")} type="email" focus input={{ maxLength: 254 }} />
        <RolesField known={known} value={roles} mistake={invite.failure?.fieldMessage("roles")} />
        <Actions busy={invite.busy} submit={t("accounts.invite")} onClose={onClose} />
      </Form>
    </Dialog>
  );
}

function CreateDialog({ onDone, onClose }: DialogProps) {
  const username = useSignal("");
  const email = useSignal("");
  const password = useSignal("");
  const roles = useSignal("member");
  const known = useRoles();
  const create = useAction(async () => {
    const body = { username: username.value.trim(), email: email.value.trim(), roles: words(roles.value) };
    await api.post("/v1/admin/accounts", { body: password.value === "" ? body : { ...body, password: password.value } });
    onDone(username.value.trim());
  });
  const mistake = (field: string) => create.failure?.fieldMessage(field);
  return (
    <Dialog title={t("accounts.create")} onClose={onClose}>
      <Form action={create} fields={["username", "email", "password", "roles"]}>
        <Field label={t("username")} hint={t("username.hint")} value={username} mistake={mistake("username")} focus input={{ maxLength: 64 }} />
        <Field label={t("email")} value={email} mistake={mistake("email")} type="email" input={{ maxLength: 254 }} />
        <NewPassword label={t("password")} value={password} failure={create.failure} field="password" hint={t("accounts.create.password.hint")} />
        <RolesField known={known} value={roles} mistake={mistake("roles")} />
        <Actions busy={create.busy} submit={t("accounts.create")} onClose={onClose} />
      </Form>
    </Dialog>
  );
}

function Actions({ busy, submit, onClose }: { busy: boolean; submit: string; onClose: () => void }) {
  return (
    <div class="actions">
      <Button onClick={onClose}>{t("cancel")}</Button>
      <Button type="submit" kind="primary" busy={busy}>
        {submit}
      </Button>
    </div>
  );
}
