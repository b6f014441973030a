import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatTime, t } from "../messages";
import { Show } from "../ui/load";
import { usePages } from "../ui/pages_of";
import { RowButton } from "../ui/row_button";
import { Table } from "../ui/table";

type DeadLetter = components["schemas"]["DeadLetters"]["letters"][number];

export function DeadLetters() {
  const letters = usePages(async (cursor) => {
    const page = await api.get("/v1/admin/mail/dead", { query: cursor ? { cursor } : {} });
    return { rows: page.letters, next: page.next };
  });
  return (
    <Show of={letters}>
      {(rows) => (
        <Table
          caption={t("delivery.dead")}
          rows={rows}
          keyOf={(letter) => letter.id}
          empty={t("delivery.dead.none")}
          icon="check"
          more={letters.more}
          columns={[
            { title: t("delivery.kind"), show: (letter) => <code>{letter.kind}</code> },
            { title: t("delivery.reason"), show: (letter) => letter.reason },
            { title: t("delivery.attempts"), show: (letter) => letter.attempts, narrow: true },
            { title: t("time"), show: (letter) => formatTime(letter.died_at), narrow: true },
            { title: t("delivery.retry"), show: (letter) => <Retry letter={letter} onDone={letters.reload} />, narrow: true },
          ]}
        />
      )}
    </Show>
  );
}

function Retry({ letter, onDone }: { letter: DeadLetter; onDone: () => Promise<void> }) {
  const retry = async () => {
    await api.post("/v1/admin/mail/dead/{id}/retry", { path: { id: letter.id } });
    await onDone();
  };
  return <RowButton work={retry}>{t("delivery.retry")}</RowButton>;
}
