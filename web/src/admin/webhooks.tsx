import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { t, tCount } from "../messages";
import { useAction } from "../ui/action";
import { Alert, FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy_button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";
import { Table } from "../ui/table";
import { words } from "./words";

type Webhook = components["schemas"]["Webhook"];

export function Webhooks({ onSay }: { onSay: (text: string) => void }) {
  const webhooks = useLoad(async () => (await api.get("/v1/admin/webhooks")).webhooks);
  const asking = useSignal<"add" | Webhook | null>(null);
  const close = () => (asking.value = null);
  return (
    <section class="card">
      <h2>{t("delivery.webhooks")}</h2>
      <Show of={webhooks}>
        {(rows) => (
          <Table
            caption={t("delivery.webhooks")}
            rows={rows}
            keyOf={(webhook) => webhook.id}
            empty={t("delivery.webhooks.none")}
            icon="mail"
            columns={[
              { title: t("delivery.name"), show: (webhook) => webhook.name },
              { title: t("delivery.url"), show: (webhook) => webhook.url },
              { title: t("delivery.events"), show: (webhook) => webhook.types.join(", ") || t("delivery.events.all") },
              { title: t("keys.state"), show: (webhook) => <State webhook={webhook} />, narrow: true },
              {
                title: t("accounts.actions"),
                show: (webhook) => <Actions webhook={webhook} onChange={webhooks.reload} onReplay={() => (asking.value = webhook)} />,
                narrow: true,
              },
            ]}
          />
        )}
      </Show>
      <div>
        <Button onClick={() => (asking.value = "add")}>{t("delivery.webhooks.add")}</Button>
      </div>
      {asking.value === "add" && <AddDialog onChange={webhooks.reload} onClose={close} />}
      {asking.value !== null && asking.value !== "add" && <ReplayDialog webhook={asking.value} onSay={onSay} onClose={close} />}
    </section>
  );
}

function State({ webhook }: { webhook: Webhook }) {
  if (!webhook.enabled) return <span class="badge">{t("delivery.state.off")}</span>;
  if (webhook.failing_since) return <span class="badge bad">{t("delivery.state.failing")}</span>;
  return <span class="badge good">{t("delivery.state.on")}</span>;
}

function Actions({ webhook, onChange, onReplay }: { webhook: Webhook; onChange: () => Promise<void>; onReplay: () => void }) {
  const path = { id: webhook.id };
  const toggle = useAction(async () => {
    await api.patch("/v1/admin/webhooks/{id}", { path, body: { enabled: !webhook.enabled } });
    await onChange();
  });
  const remove = useAction(async () => {
    await api.delete("/v1/admin/webhooks/{id}", { path });
    await onChange();
  });
  const action = t(webhook.enabled ? "delivery.disable" : "delivery.enable");
  return (
    <div class="row">
      <FailureAlert failure={toggle.failure ?? remove.failure} />
      <Button small label={t("delivery.replay.of", { url: webhook.url })} onClick={onReplay}>
        {t("delivery.replay")}
      </Button>
      <Button small busy={toggle.busy} label={t("delivery.toggle.of", { action, name: webhook.name })} onClick={toggle.run}>
        {action}
      </Button>
      <Button small kind="danger" busy={remove.busy} label={t("delivery.remove.of", { url: webhook.url })} onClick={remove.run}>
        {t("delivery.remove")}
      </Button>
    </div>
  );
}

function AddDialog({ onChange, onClose }: { onChange: () => Promise<void>; onClose: () => void }) {
  const name = useSignal("");
  const url = useSignal("");
  const types = useSignal("");
  const secret = useSignal<string | undefined>(undefined);
  const shown = useRef<HTMLElement>(null);
  const add = useAction(async () => {
    const made = await api.post("/v1/admin/webhooks", { body: { name: name.value.trim(), url: url.value.trim(), types: words(types.value) } });
    secret.value = made.secret ?? "";
    await onChange();
  });
  const mistake = (field: string) => add.failure?.fieldMessage(field);
  return (
    <Dialog title={t("delivery.webhooks.add")} onClose={onClose} once={secret.value !== undefined}>
      {secret.value !== undefined ? (
        <>
          <Alert kind="warn">
            <strong>{t("delivery.secret")}</strong>
            <code class="break" ref={shown}>
              {secret.value}
            </code>
          </Alert>
          <div class="row">
            <CopyButton text={secret.value} shownIn={shown} />
          </div>
          <div class="actions">
            <Button kind="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </div>
        </>
      ) : (
        <Form action={add} fields={["name", "url", "types"]}>
          <Field label={t("delivery.name")} value={name} mistake={mistake("name")} focus input={{ maxLength: 100 }} />
          <Field label={t("delivery.url")} hint={t("delivery.url.hint")} value={url} mistake={mistake("url")} input={{ maxLength: 2048 }} />
          <Field label={t("delivery.events")} hint={t("delivery.events.hint")} value={types} mistake={mistake("types")} required={false} />
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

interface ReplayProps {
  webhook: Webhook;
  onSay: (text: string) => void;
  onClose: () => void;
}

function ReplayDialog({ webhook, onSay, onClose }: ReplayProps) {
  const first = useSignal("");
  const last = useSignal("");
  const replay = useAction(async () => {
    const body = { first: Number(first.value), last: Number(last.value) };
    const { events } = await api.post("/v1/admin/webhooks/{id}/replay", { path: { id: webhook.id }, body });
    onSay(tCount("delivery.replayed", events));
    onClose();
  });
  const digits = { inputMode: "numeric", pattern: "[0-9]+" } as const;
  return (
    <Dialog title={t("delivery.replay.title")} onClose={onClose}>
      <Form action={replay} fields={["first", "last"]}>
        <p class="muted">{t("delivery.replay.lead")}</p>
        <Field label={t("delivery.replay.first")} value={first} mistake={replay.failure?.fieldMessage("first")} focus input={digits} />
        <Field label={t("delivery.replay.last")} value={last} mistake={replay.failure?.fieldMessage("last")} input={digits} />
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={replay.busy}>
            {t("delivery.replay")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
