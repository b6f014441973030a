import { api } from "../api/client";
import type { AuditEvent, AuditPage } from "../api/types";
import { formatTime, t } from "../messages";
import { Show } from "../ui/load";
import { usePages } from "../ui/pages_of";
import { Table } from "../ui/table";

export interface EventFilter {
  type?: string;
  subject?: string;
  actor?: string;
  after?: string;
  before?: string;
}

// An event with the names that its accounts have today, where there are any and the caller may know them.
export interface NamedEvent extends AuditEvent {
  names: Record<string, string>;
}
export function named(page: AuditPage): NamedEvent[] {
  return page.events.map((event) => ({ ...event, names: page.names ?? {} }));
}

function AccountLink({ id, names }: { id: string; names: Record<string, string> }) {
  const name = names[id];
  return (
    <a class={name === undefined ? "mono" : undefined} href={`/admin/accounts/${id}`} title={id}>
      {name ?? `${id.slice(0, 8)}…${id.slice(-4)}`}
    </a>
  );
}

function Actor({ event }: { event: NamedEvent }) {
  if (event.actor) return <AccountLink id={event.actor} names={event.names} />;
  return <span class="muted">{event.fields["by"] === "operator" ? t("audit.operator") : t("audit.system")}</span>;
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

export function EventRows({ rows, empty, more }: { rows: NamedEvent[]; empty: string; more?: (() => void) | undefined }) {
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
        { title: t("audit.actor"), show: (event) => <Actor event={event} />, narrow: true },
        { title: t("audit.subject"), show: (event) => (event.subject ? <AccountLink id={event.subject} names={event.names} /> : "–"), narrow: true },
        { title: t("audit.details"), show: (event) => <Details fields={event.fields} /> },
      ]}
    />
  );
}

export function EventTable({ filter }: { filter: EventFilter }) {
  const events = usePages(async (cursor) => {
    const page = await api.get("/v1/admin/audit", { query: { ...filter, ...(cursor ? { cursor } : {}) } });
    return { rows: named(page), next: page.next };
  }, JSON.stringify(filter));
  return <Show of={events}>{(rows) => <EventRows rows={rows} empty={t("audit.none")} more={events.more} />}</Show>;
}
