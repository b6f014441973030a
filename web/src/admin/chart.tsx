import { useId } from "preact/hooks";
import { formatHour, formatNumber, formatTime, t } from "../messages";
import { niceTop } from "./nice_top";

export interface Series {
  name: string;
  values: number[];
  tone: "accent" | "warn" | "bad";
}
interface Props {
  title: string;
  hint?: string; // what is counted, where the title does not say it
  times: string[];
  series: Series[];
  unit?: string;
}

const width = 480;
const height = 200;
const box = { left: 44, right: 8, top: 10, bottom: 24 };

// Lines over time as inline SVG. Who does not see it has the same figures as a table below.
export function Chart({ title, hint, times, series, unit = "" }: Props) {
  const id = useId();
  const top = niceTop(Math.max(...series.flatMap((one) => one.values), 0));
  const x = (i: number) => box.left + (i / Math.max(1, times.length - 1)) * (width - box.left - box.right);
  const y = (value: number) => height - box.bottom - (value / top) * (height - box.top - box.bottom);
  const line = (values: number[]) => values.map((value, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const ticks = [0, 0.5, 1].map((part) => part * top).filter((tick) => unit !== "" || Number.isInteger(tick)); // no half a sign-in
  const labels = [0, Math.floor((times.length - 1) / 2), times.length - 1];
  return (
    <section class="card" aria-labelledby={id}>
      <div class="row spread">
        <h2 id={id}>{unit ? `${title} (${unit})` : title}</h2>
        <div class="row small muted">
          {series.map((one) => (
            <span key={one.name} class={`key series-${one.tone}`}>
              {one.name}
            </span>
          ))}
        </div>
      </div>
      <svg class="chart" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={box.left} x2={width - box.right} y1={y(tick)} y2={y(tick)} />
            <text x={box.left - 6} y={y(tick) + 4} text-anchor="end">
              {formatNumber(tick, { notation: "compact", maximumFractionDigits: 1 })}
            </text>
          </g>
        ))}
        {times.length > 1 &&
          labels.map((i, n) => (
            <text key={i} x={x(i)} y={height - 6} text-anchor={n === 0 ? "start" : n === 1 ? "middle" : "end"}>
              {formatHour(times[i]!)}
            </text>
          ))}
        {series.map((one, i) => (
          <g key={one.name} class={`series-${one.tone}`}>
            {i === 0 && <path class="area" d={`${line(one.values)}L${x(times.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z`} />}
            <path class="line" d={line(one.values)} />
          </g>
        ))}
      </svg>
      {hint && <p class="small muted">{hint}</p>}
      <details>
        <summary>{t("chart.table")}</summary>
        <table class="table">
          <caption class="hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t("time")}</th>
              {series.map((one) => (
                <th key={one.name} scope="col">
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((time, i) => (
              <tr key={time}>
                <td data-title={t("time")}>{formatTime(time)}</td>
                {series.map((one) => (
                  <td key={one.name} data-title={one.name}>
                    {formatNumber(one.values[i] ?? 0)} {unit}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
