import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { formatDate, t } from "../messages";
import { settings } from "../settings";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { saveFile } from "../ui/save_file";
import type { Account } from "./account_area";

export function PrivacyPage({ account, onChange }: { account: Account; onChange: () => Promise<void> }) {
  const deleting = useSignal(false);
  const download = useAction(async () => {
    const data = await api.get("/v1/me/data");
    saveFile(`${settings.name}-${account.username}.json`, "application/json", JSON.stringify(data, null, 2) + "\n");
  });
  return (
    <>
      <section class="card">
        <div class="stack tight">
          <h2>{t("privacy.data")}</h2>
          <p class="muted">{t("privacy.data.lead")}</p>
        </div>
        <Form action={download}>
          <div>
            <Button type="submit" busy={download.busy}>
              {t("privacy.data.submit")}
            </Button>
          </div>
        </Form>
      </section>
      {!account.deletion_at && (
        <section class="card">
          <div class="stack tight">
            <h2>{t("privacy.delete")}</h2>
            <p class="muted">{t("privacy.delete.lead")}</p>
          </div>
          <div>
            <Button kind="danger" onClick={() => (deleting.value = true)}>
              {t("privacy.delete.submit")}
            </Button>
          </div>
        </section>
      )}
      {deleting.value && <DeleteDialog onDone={onChange} onClose={() => (deleting.value = false)} />}
    </>
  );
}

function DeleteDialog({ onDone, onClose }: { onDone: () => Promise<void>; onClose: () => void }) {
  const password = useSignal("");
  const date = useSignal<string | null>(null);
  const request = useAction(async () => {
    date.value = (await api.post("/v1/me/deletion", { body: { password: password.value } })).deletion_at;
    await onDone();
  });
  if (date.value !== null) {
    return (
      <Dialog title={t("privacy.delete")} onClose={onClose}>
        <Alert>{t("privacy.delete.done", { date: formatDate(date.value) })}</Alert>
        <div class="actions">
          <Button kind="primary" onClick={onClose}>
            {t("close")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("privacy.delete")} onClose={onClose}>
      <Form action={request} fields={["password"]}>
        <p class="muted">{t("privacy.delete.lead")}</p>
        <Field label={t("password.current")} value={password} mistake={request.failure?.fieldMessage("password")} type="password" autocomplete="current-password" focus />
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="danger" busy={request.busy}>
            {t("privacy.delete.submit")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
