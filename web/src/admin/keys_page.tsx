import { useSignal } from "@preact/signals";
import { permits } from "../account/permits";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatTime, t, tMaybe } from "../messages";
import { useAction } from "../ui/action";
import { Alert, FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Show, useLoad } from "../ui/load";
import { Table } from "../ui/table";

type SigningKey = components["schemas"]["SigningKey"];

export function KeysPage() {
  const keys = useLoad(async () => (await api.get("/v1/admin/keys")).keys);
  const mine = useLoad(async () => (await api.get("/v1/me")).permissions);
  const rotated = useSignal(false);
  const rotate = useAction(async () => {
    await api.post("/v1/admin/keys/rotate");
    rotated.value = true;
    await keys.reload();
  });
  return (
    <section class="card">
      <FailureAlert failure={rotate.failure} />
      {rotated.value && <Alert kind="good">{t("keys.rotated")}</Alert>}
      <Show of={keys}>{(list) => <KeyTable keys={list} />}</Show>
      {permits(mine.value ?? [], "key:manage") && (
        <>
          <p class="muted small">{t("keys.rotate.lead")}</p>
          <div>
            <Button busy={rotate.busy} onClick={rotate.run}>
              {t("keys.rotate")}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}

function KeyTable({ keys }: { keys: SigningKey[] }) {
  return (
    <Table
      caption={t("admin.keys")}
      rows={keys}
      keyOf={(key) => key.kid}
      empty={t("keys.none")}
      icon="key"
      columns={[
        { title: t("keys.id"), show: (key) => <code>{key.kid}</code> },
        { title: t("keys.algorithm"), show: (key) => key.algorithm, narrow: true },
        {
          title: t("keys.state"),
          show: (key) => <span class={`badge ${key.state === "current" ? "good" : ""}`}>{tMaybe(`keys.state.${key.state}`) ?? key.state}</span>,
          narrow: true,
        },
        { title: t("accounts.created"), show: (key) => formatTime(key.created_at), narrow: true },
        { title: t("keys.retires"), show: (key) => (key.retires_at ? formatTime(key.retires_at) : "–"), narrow: true },
      ]}
    />
  );
}
