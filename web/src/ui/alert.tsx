import type { ComponentChildren } from "preact";
import { ApiFailure, mistakeText } from "../api/problem";
import { formatNumber, t, tCount, tMaybe } from "../messages";
import { Icon } from "./icons";

type Kind = "info" | "good" | "warn" | "bad";

export function Alert({ kind = "info", children }: { kind?: Kind; children: ComponentChildren }) {
  const icon = kind === "good" ? "check" : kind === "info" ? "info" : "alert";
  return (
    <div class={`alert ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      <Icon name={icon} />
      <div class="stack tight grow">{children}</div>
    </div>
  );
}

function waitText(seconds: number): string {
  if (seconds <= 0) return "";
  return seconds < 90 ? tCount("wait.seconds", seconds) : tCount("wait.minutes", Math.ceil(seconds / 60));
}

// The words for a failure: ours by the problem's name, in the language of the page; else the server's own.
export function failureText(failure: ApiFailure): string {
  const { slug, problem } = failure;
  if (problem.status === 0) return t("problem.no-connection");
  return tMaybe(`problem.${slug}`, { count: formatNumber(failure.retryAfter) }) ?? problem.title ?? t("problem.unknown");
}

// `fields`: messages of these are shown beside them; all others stand here.
export function FailureAlert({ failure, fields = [] }: { failure: ApiFailure | null; fields?: string[] }) {
  if (failure === null) return null;
  const others = (failure.problem.errors ?? []).filter((error) => !fields.includes(error.field));
  const showId = failure.problem.status >= 500 && failure.problem.error_id !== undefined;
  return (
    <Alert kind="bad">
      <span>
        {failureText(failure)} {waitText(failure.retryAfter)}
      </span>
      {others.map((error) => (
        <span key={error.field} class="small">
          {tMaybe(error.field) ?? error.field}: {mistakeText(error)}
        </span>
      ))}
      {showId && (
        <span class="small">
          {t("problem.id")} <code>{failure.problem.error_id}</code>
        </span>
      )}
    </Alert>
  );
}
