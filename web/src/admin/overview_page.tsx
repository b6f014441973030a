import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { formatNumber, t } from "../messages";
import { Button } from "../ui/button";
import { Show, useLoad } from "../ui/load";
import { Chart } from "./chart";

export function OverviewPage() {
  const span = useSignal<"day" | "week">("day");
  const overview = useLoad(() => api.get("/v1/admin/overview", { query: { span: span.value } }), span.value);
  return (
    <Show of={overview}>
      {(now) => {
        const times = now.buckets.map((bucket) => bucket.time);
        const values = (pick: (bucket: (typeof now.buckets)[number]) => number) => now.buckets.map(pick);
        return (
          <>
            <dl class="figures">
              <Figure name={t("overview.accounts")} value={now.accounts} limit={now.count_limit} />
              <Figure name={t("overview.sessions")} value={now.sessions} limit={now.count_limit} />
              <Figure name={t("overview.blocked")} value={now.blocked_addresses} limit={now.count_limit} />
            </dl>
            <div class="row" role="group" aria-label={t("overview.span")}>
              {(["day", "week"] as const).map((name) => (
                <Button key={name} small pressed={span.value === name} onClick={() => (span.value = name)}>
                  {t(`overview.${name}`)}
                </Button>
              ))}
            </div>
            <div class="charts">
              <Chart
                title={t("overview.sign-ins")}
                hint={t("overview.failed.hint")}
                times={times}
                series={[
                  { name: t("overview.succeeded"), values: values((bucket) => bucket.signed_in), tone: "accent" },
                  { name: t("overview.failed"), values: values((bucket) => bucket.failed), tone: "bad" },
                ]}
              />
              <Chart title={t("overview.blocks")} times={times} series={[{ name: t("overview.blocked"), values: values((bucket) => bucket.blocked), tone: "warn" }]} />
              <Chart
                title={t("overview.latency")}
                times={times}
                unit="ms"
                series={[
                  { name: t("overview.median"), values: values((bucket) => bucket.p50_ms), tone: "accent" },
                  { name: t("overview.p99"), values: values((bucket) => bucket.p99_ms), tone: "warn" },
                ]}
              />
            </div>
          </>
        );
      }}
    </Show>
  );
}

// What is not counted to its end is that many or more.
function Figure({ name, value, limit }: { name: string; value: number; limit: number }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{value >= limit ? t("overview.or-more", { count: formatNumber(value) }) : formatNumber(value)}</dd>
    </div>
  );
}
