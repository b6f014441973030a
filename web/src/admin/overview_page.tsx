import { api } from "../api/client";
import { formatNumber, t } from "../messages";
import { Show, useLoad } from "../ui/load";
import { Chart } from "./chart";

export function OverviewPage() {
  const overview = useLoad(() => api.get("/v1/admin/overview"));
  return (
    <Show of={overview}>
      {(now) => {
        const times = now.buckets.map((bucket) => bucket.time);
        const values = (pick: (bucket: (typeof now.buckets)[number]) => number) => now.buckets.map(pick);
        return (
          <>
            <dl class="figures">
              <Figure name={t("overview.accounts")} value={now.accounts} />
              <Figure name={t("overview.sessions")} value={now.sessions} />
              <Figure name={t("overview.blocked")} value={now.blocked_addresses} />
            </dl>
            <div class="charts">
              <Chart
                title={t("overview.sign-ins")}
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

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>{formatNumber(value)}</dd>
    </div>
  );
}
