import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { permitsAny, readsAccounts } from "../account/permits";
import { api, piecesOf } from "../api/client";
import type { ErrorReport } from "../api/types";
import { t } from "../messages";
import { keepHere, keptHere } from "../router";
import { useAction } from "../ui/action";
import { FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { saveFile } from "../ui/save_file";
import { accountOf } from "./account_of";
import { EventTable, type EventFilter } from "./event_table";
import type { PageProps } from "./page";

const nothing = { type: "", subject: "", actor: "", from: "", until: "" };
type Typed = typeof nothing;
const days = { min: "1970-01-01", max: "9999-12-30" };

// What was asked for before one followed a link and came back.
function typedBefore(): Typed {
  const kept = keptHere();
  return kept === "" ? nothing : { ...nothing, ...(JSON.parse(kept) as Partial<Typed>) };
}

// The beginning of a day where the reader is, or of one some days later.
function beginningOf(day: string, later = 0): string {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + later);
  date.setHours(0, 0, 0, 0); // where there is no midnight on one of the days
  return date.toISOString();
}

function daysOf({ from, until }: Typed): { from?: string; until?: string } {
  return { ...(from && { from: beginningOf(from) }), ...(until && { until: beginningOf(until, 1) }) };
}

export function AuditPage({ granted }: PageProps) {
  const byName = permitsAny(granted, readsAccounts);
  const before = typedBefore();
  const type = useSignal(before.type);
  const subject = useSignal(before.subject);
  const actor = useSignal(before.actor);
  const from = useSignal(before.from);
  const until = useSignal(before.until);
  const unknown = useSignal({ subject: false, actor: false });
  const filter = useSignal<EventFilter | null>(null);
  const typed = (): Typed => ({ type: type.value.trim(), subject: subject.value.trim(), actor: actor.value.trim(), from: from.value, until: until.value });
  const apply = useAction(async () => {
    const wanted = typed();
    keepHere(JSON.stringify(wanted));
    unknown.value = { subject: false, actor: false };
    const [concerned, acting] = await Promise.all([wanted.subject, wanted.actor].map((text) => (text === "" ? undefined : accountOf(text, byName))));
    unknown.value = { subject: wanted.subject !== "" && !concerned, actor: wanted.actor !== "" && !acting };
    if (unknown.value.subject || unknown.value.actor) {
      filter.value = null;
      return;
    }
    const days = daysOf(wanted);
    filter.value = {
      ...(wanted.type && { type: wanted.type }),
      ...(concerned && { subject: concerned }),
      ...(acting && { actor: acting }),
      ...(days.from && { after: days.from }),
      ...(days.until && { before: days.until }),
    };
  });
  useEffect(() => void apply.run(), []);
  const save = useAction(async () => saveFile("audit.ndjson", "application/x-ndjson", ...(await piecesOf("/v1/admin/audit/export", daysOf(typed())))));
  const hint = byName ? t("audit.account.hint") : t("audit.id.hint");
  const notFound = byName ? t("audit.account.unknown") : t("audit.id.unknown");
  const mistake = (field: "subject" | "actor") => (unknown.value[field] ? notFound : undefined);
  return (
    <>
      <section class="card">
        <FailureAlert failure={save.failure} />
        <Form action={apply}>
          <div class="filters many">
            <Field label={t("audit.type")} hint={t("audit.type.hint")} value={type} required={false} />
            <Field label={t("audit.actor")} hint={hint} mistake={mistake("actor")} value={actor} required={false} />
            <Field label={t("audit.subject")} hint={hint} mistake={mistake("subject")} value={subject} required={false} />
            <Field label={t("audit.from")} value={from} type="date" required={false} input={days} />
            <Field label={t("audit.until")} value={until} type="date" required={false} input={days} />
          </div>
          <div class="row">
            <Button type="submit" kind="primary" busy={apply.busy}>
              {t("audit.filter")}
            </Button>
            <Button busy={save.busy} onClick={save.run}>
              {t("audit.export")}
            </Button>
            <span class="muted small">{t("audit.export.hint")}</span>
          </div>
        </Form>
        {filter.value && <EventTable filter={filter.value} />}
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
