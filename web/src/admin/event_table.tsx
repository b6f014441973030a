import { api } from "../api/client";
import type { AuditEvent } from "../api/types";
import { formatTime, t } from "../messages";
import { Show } from "../ui/load";
import { usePages } from "../ui/pages_of";
import { Table } from "../ui/table";

export interface EventFilter {
  type?: string;
  subject?: string;
  actor?: string;
}

function AccountLink({ id }: { id: string | undefined }) {
  if (id === undefined) return <span class="muted">{t("audit.system")}</span>;
  return (
    <a class="mono" href={`/admin/accounts/${id}`}>
      {id.slice(0, 8)}…{id.slice(-4)}
    </a>
  );
}

function Details({ fields }: { fields: AuditEvent["fields"] }) {
  return (
    <ul class="plain small">
      {Object.entries(fields).map(([name, value]) => (
        <li key={name}>
          <span class="muted">{name}</span> {String(value)}
        </li>
      ))}
    </ul>
  );
}

export function EventRows({ rows, empty, more }: { rows: AuditEvent[]; empty: string; more?: (() => void) | undefined }) {
  return (
    <Table
      caption={t("admin.audit")}
      rows={rows}
      keyOf={(event) => event.id}
      empty={empty}
      more={more}
      columns={[
        { title: t("time"), show: (event) => formatTime(event.time), narrow: true },
        { title: t("audit.type"), show: (event) => <code>{event.type}</code>, narrow: true },
        { title: t("audit.actor"), show: (event) => <AccountLink id={event.actor} />, narrow: true },
        { title: t("audit.subject"), show: (event) => (event.subject ? <AccountLink id={event.subject} /> : "–"), narrow: true },
        { title: t("audit.details"), show: (event) => <Details fields={event.fields} /> },
      ]}
    />
  );
}

export function EventTable({ filter }: { filter: EventFilter }) {
  const events = usePages(async (cursor) => {
    const page = await api.get("/v1/admin/audit", { query: { ...filter, ...(cursor ? { cursor } : {}) } });
    return { rows: page.events, next: page.next };
  }, JSON.stringify(filter));
  return <Show of={events}>{(rows) => <EventRows rows={rows} empty={t("audit.none")} more={events.more} />}</Show>;
}
