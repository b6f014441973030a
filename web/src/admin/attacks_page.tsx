import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatTime, t } from "../messages";
import { offers } from "../settings";
import { Show, useLoad } from "../ui/load";
import { usePages } from "../ui/pages_of";
import { RowButton } from "../ui/row_button";
import { Table } from "../ui/table";
import { EventRows } from "./event_table";

type Block = components["schemas"]["AddressBlock"];

export function AttacksPage() {
  return (
    <>
      {offers("GET /v1/admin/blocks") && <Blocks />}
      {offers("GET /v1/admin/security-events") && <SecurityEvents />}
    </>
  );
}

function Blocks() {
  const blocks = useLoad(async () => (await api.get("/v1/admin/blocks")).blocks);
  return (
    <section class="card">
      <h2>{t("security.blocks")}</h2>
      <Show of={blocks}>{(list) => <BlockTable blocks={list} onChange={blocks.reload} />}</Show>
    </section>
  );
}

function SecurityEvents() {
  const events = usePages(async (cursor) => {
    const page = await api.get("/v1/admin/security-events", { query: cursor ? { cursor } : {} });
    return { rows: page.events, next: page.next };
  });
  return (
    <section class="card">
      <h2>{t("security.events")}</h2>
      <Show of={events}>{(rows) => <EventRows rows={rows} empty={t("security.events.none")} more={events.more} />}</Show>
    </section>
  );
}

function BlockTable({ blocks, onChange }: { blocks: Block[]; onChange: () => Promise<void> }) {
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
        { title: t("security.unblock"), show: (block) => <Unblock address={block.address} onDone={onChange} />, narrow: true },
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
