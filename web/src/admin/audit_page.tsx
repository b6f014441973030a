import { useSignal } from "@preact/signals";
import { api, piecesOf } from "../api/client";
import type { ErrorReport } from "../api/types";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { saveFile } from "../ui/save_file";
import { EventTable, type EventFilter } from "./event_table";

export function AuditPage() {
  const type = useSignal("");
  const subject = useSignal("");
  const filter = useSignal<EventFilter>({});
  const apply = useAction(async () => {
    const wanted = { type: type.value.trim(), subject: subject.value.trim() };
    filter.value = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ""));
  });
  const save = useAction(async () => saveFile("audit.ndjson", "application/x-ndjson", ...(await piecesOf("/v1/admin/audit/export"))));
  return (
    <>
      <section class="card">
        <FailureAlert failure={save.failure} />
        <Form action={apply}>
          <div class="filters">
            <Field label={t("audit.type")} value={type} required={false} />
            <Field label={t("audit.subject")} hint={t("audit.id.hint")} value={subject} required={false} />
            <div class="row">
              <Button type="submit" kind="primary">
                {t("audit.filter")}
              </Button>
              <Button busy={save.busy} onClick={save.run}>
                {t("audit.export")}
              </Button>
            </div>
          </div>
        </Form>
        <EventTable filter={filter.value} />
      </section>
      <ErrorCard />
    </>
  );
}

function ErrorCard() {
  const id = useSignal("");
  const found = useSignal<ErrorReport | null>(null);
  const look = useAction(async () => {
    found.value = null;
    found.value = await api.get("/v1/admin/errors/{id}", { path: { id: id.value.trim() } });
  });
  return (
    <section class="card">
      <div class="stack tight">
        <h2>{t("errors.title")}</h2>
        <p class="muted">{t("errors.lead")}</p>
      </div>
      <Form action={look}>
        <div class="filters">
          <Field label={t("errors.id")} value={id} />
          <Button type="submit" busy={look.busy}>
            {t("accounts.search.submit")}
          </Button>
        </div>
      </Form>
      {found.value && (
        <dl class="facts">
          {Object.entries(found.value).map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}
