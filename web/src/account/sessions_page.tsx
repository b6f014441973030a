import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { formatAgo, t, tCount } from "../messages";
import { useAction } from "../ui/action";
import { Alert, FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";
import { Show, useLoad } from "../ui/load";
import { readAgent } from "./agent";
import { signOut } from "./sign_out";

type Session = components["schemas"]["Session"];

function nameOf(session: Session): string {
  const { browser, system } = readAgent(session.agent);
  if (browser && system) return t("sessions.browser-on", { browser, system });
  return browser ?? system ?? t("sessions.unknown-agent");
}

export function SessionsPage() {
  const sessions = useLoad(async () => (await api.get("/v1/sessions")).sessions);
  const ended = useSignal<number | null>(null);
  const endOthers = useAction(async () => {
    ended.value = (await api.delete("/v1/sessions")).ended;
    await sessions.reload();
  });
  const endAll = useAction(async () => {
    await api.delete("/v1/sessions");
    await signOut();
  });
  return (
    <>
      <FailureAlert failure={endOthers.failure ?? endAll.failure} />
      {ended.value !== null && <Alert kind="good">{tCount("sessions.ended", ended.value)}</Alert>}
      <section class="card">
        <Show of={sessions}>
          {(list) => (
            <>
              <ul class="items">
                {list.map((session) => (
                  <SessionItem key={session.id} session={session} onEnd={sessions.reload} />
                ))}
              </ul>
              <div class="row">
                {list.length > 1 && (
                  <Button busy={endOthers.busy} onClick={endOthers.run}>
                    {t("sessions.end-others")}
                  </Button>
                )}
                <Button kind="danger" busy={endAll.busy} onClick={endAll.run}>
                  {t("sessions.end-all")}
                </Button>
              </div>
            </>
          )}
        </Show>
      </section>
    </>
  );
}

function SessionItem({ session, onEnd }: { session: Session; onEnd: () => Promise<void> }) {
  const end = useAction(async () => {
    await api.delete("/v1/sessions/{id}", { path: { id: session.id } });
    await onEnd();
  });
  const name = nameOf(session);
  return (
    <li>
      <span class="round">
        <Icon name={readAgent(session.agent).handheld ? "phone" : "laptop"} />
      </span>
      <div class="grow">
        <h2 class="row small-title">
          {name} {session.current && <span class="badge accent">{t("sessions.current")}</span>}
        </h2>
        <p class="small muted">
          {t("sessions.used", { when: formatAgo(session.last_used_at) })} {t("sessions.from", { address: session.address })} ·{" "}
          {t("sessions.signed-in", { when: formatAgo(session.created_at) })}
        </p>
        <FailureAlert failure={end.failure} />
      </div>
      {!session.current && (
        <Button small busy={end.busy} label={t("sessions.end.of", { name })} onClick={end.run}>
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}
