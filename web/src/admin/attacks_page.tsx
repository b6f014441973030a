import { permits, permitsAny } from "../account/permits";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatTime, t } from "../messages";
import { offers } from "../settings";
import { Show, useLoad } from "../ui/load";
import { usePages } from "../ui/pages_of";
import { RowButton } from "../ui/row_button";
import { Table } from "../ui/table";
import { EventRows, named } from "./event_table";
import type { PageProps } from "./page";

type Block = components["schemas"]["AddressBlock"];

export function AttacksPage({ granted }: PageProps) {
  return (
    <>
      {offers("GET /v1/admin/blocks") && permitsAny(granted, ["security:read", "security:manage"]) && <Blocks mayEnd={permits(granted, "security:manage")} />}
      {offers("GET /v1/admin/security-events") && permits(granted, "audit:read") && <SecurityEvents />}
    </>
  );
}

function Blocks({ mayEnd }: { mayEnd: boolean }) {
  const blocks = useLoad(async () => (await api.get("/v1/admin/blocks")).blocks);
  return (
    <section class="card">
      <h2>{t("security.blocks")}</h2>
      <Show of={blocks}>{(list) => <BlockTable blocks={list} onChange={mayEnd ? blocks.reload : undefined} />}</Show>
    </section>
  );
}

function SecurityEvents() {
  const events = usePages(async (cursor) => {
    const page = await api.get("/v1/admin/security-events", { query: cursor ? { cursor } : {} });
    return { rows: named(page), next: page.next };
  });
  return (
    <section class="card">
      <h2>{t("security.events")}</h2>
      <Show of={events}>{(rows) => <EventRows rows={rows} empty={t("security.events.none")} more={events.more} />}</Show>
    </section>
  );
}

// `onChange` undefined: who reads may not end one.
function BlockTable({ blocks, onChange }: { blocks: Block[]; onChange: (() => Promise<void>) | undefined }) {
  return (
    <Table
      caption={t("security.blocks")}
      rows={blocks}
      keyOf={(block) => block.address}
      empty={t("security.blocks.none")}
      icon="shield"
      columns={[
        { title: t("security.address"), show: (block) => <code>{block.address}</code> },
        { title: t("security.since"), show: (block) => formatTime(block.blocked_at), narrow: true },
        { title: t("security.until"), show: (block) => formatTime(block.until), narrow: true },
        ...(onChange ? [{ title: t("security.unblock"), show: (block: Block) => <Unblock address={block.address} onDone={onChange} />, narrow: true }] : []),
      ]}
    />
  );
}

function Unblock({ address, onDone }: { address: string; onDone: () => Promise<void> }) {
  const unblock = async () => {
    await api.delete("/v1/admin/blocks/{address}", { path: { address } });
    await onDone();
  };
  return (
    <RowButton label={t("security.unblock.of", { address })} work={unblock}>
      {t("security.unblock")}
    </RowButton>
  );
}
