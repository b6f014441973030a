import { useSignal } from "@preact/signals";
import type { DeadMail, Webhook } from "../api/awaited";
import { api } from "../api/client";
import { formatTime, t } from "../messages";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";
import { Table } from "../ui/table";
import { words } from "./words";

export function DeliveryPage() {
  const webhooks = useLoad(async () => (await api.get("/v1/admin/webhooks")).webhooks);
  const dead = useLoad(async () => (await api.get("/v1/admin/mail/dead")).mails);
  const adding = useSignal(false);
  return (
    <>
      <section class="card">
        <h2>{t("delivery.webhooks")}</h2>
        <Show of={webhooks}>{(list) => <WebhookTable webhooks={list} onChange={webhooks.reload} />}</Show>
        <div>
          <Button onClick={() => (adding.value = true)}>{t("delivery.webhooks.add")}</Button>
        </div>
      </section>
      <section class="card">
        <h2>{t("delivery.dead")}</h2>
        <Show of={dead}>{(list) => <DeadTable mails={list} onChange={dead.reload} />}</Show>
      </section>
      {adding.value && <AddWebhook onChange={webhooks.reload} onClose={() => (adding.value = false)} />}
    </>
  );
}

function WebhookTable({ webhooks, onChange }: { webhooks: Webhook[]; onChange: () => Promise<void> }) {
  return (
    <Table
      caption={t("delivery.webhooks")}
      rows={webhooks}
      keyOf={(webhook) => webhook.id}
      empty={t("delivery.webhooks.none")}
      icon="mail"
      columns={[
        { title: t("delivery.url"), show: (webhook) => webhook.url },
        { title: t("delivery.events"), show: (webhook) => webhook.events.join(", ") },
        { title: t("accounts.created"), show: (webhook) => formatTime(webhook.created_at), narrow: true },
        { title: t("accounts.actions"), show: (webhook) => <WebhookActions webhook={webhook} onDone={onChange} />, narrow: true },
      ]}
    />
  );
}

function WebhookActions({ webhook, onDone }: { webhook: Webhook; onDone: () => Promise<void> }) {
  const path = { id: webhook.id };
  const replay = useAction(async () => void (await api.post("/v1/admin/webhooks/{id}/replay", { path, body: {} })));
  const remove = useAction(async () => {
    await api.delete("/v1/admin/webhooks/{id}", { path });
    await onDone();
  });
  return (
    <div class="row">
      <Button small busy={replay.busy} label={t("delivery.replay.of", { url: webhook.url })} onClick={replay.run}>
        {t("delivery.replay")}
      </Button>
      <Button small kind="danger" busy={remove.busy} label={t("delivery.remove.of", { url: webhook.url })} onClick={remove.run}>
        {t("delivery.remove")}
      </Button>
    </div>
  );
}

function AddWebhook({ onChange, onClose }: { onChange: () => Promise<void>; onClose: () => void }) {
  const url = useSignal("");
  const events = useSignal("");
  const secret = useSignal<string | undefined>(undefined);
  const add = useAction(async () => {
    const made = await api.post("/v1/admin/webhooks", { body: { url: url.value.trim(), events: words(events.value), format: "standard" } });
    secret.value = made.secret ?? "";
    await onChange();
  });
  return (
    <Dialog title={t("delivery.webhooks.add")} onClose={onClose}>
      {secret.value !== undefined ? (
        <>
          <Alert kind="warn">
            <strong>{t("delivery.secret")}</strong>
            <code>{secret.value}</code>
          </Alert>
          <div class="actions">
            <Button kind="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </div>
        </>
      ) : (
        <Form action={add} fields={["url", "events"]}>
          <Field label={t("delivery.url")} hint={t("delivery.url.hint")} value={url} mistake={add.failure?.fieldMessage("url")} focus />
          <Field label={t("delivery.events")} hint={t("delivery.events.hint")} value={events} mistake={add.failure?.fieldMessage("events")} required={false} />
          <div class="actions">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" kind="primary" busy={add.busy}>
              {t("delivery.webhooks.add")}
            </Button>
          </div>
        </Form>
      )}
    </Dialog>
  );
}

function DeadTable({ mails, onChange }: { mails: DeadMail[]; onChange: () => Promise<void> }) {
  return (
    <Table
      caption={t("delivery.dead")}
      rows={mails}
      keyOf={(mail) => mail.id}
      empty={t("delivery.dead.none")}
      icon="check"
      columns={[
        { title: t("delivery.kind"), show: (mail) => <code>{mail.kind}</code> },
        { title: t("delivery.reason"), show: (mail) => mail.reason },
        { title: t("delivery.attempts"), show: (mail) => mail.attempts, narrow: true },
        { title: t("time"), show: (mail) => formatTime(mail.failed_at), narrow: true },
        { title: t("delivery.retry"), show: (mail) => <Retry mail={mail} onDone={onChange} />, narrow: true },
      ]}
    />
  );
}

function Retry({ mail, onDone }: { mail: DeadMail; onDone: () => Promise<void> }) {
  const retry = useAction(async () => {
    await api.post("/v1/admin/mail/dead/{id}/retry", { path: { id: mail.id }, body: {} });
    await onDone();
  });
  return (
    <Button small busy={retry.busy} onClick={retry.run}>
      {t("delivery.retry")}
    </Button>
  );
}
