import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Form } from "../ui/form";
import { linkToken } from "./fragment";
import { LinkRefused } from "./link_refused";

type Kind = "change-email" | "restore-email";

const redeem: Record<Kind, (token: string) => Promise<unknown>> = {
  "change-email": (token) => api.post("/v1/email/change", { body: { token }, anonymous: true }),
  "restore-email": (token) => api.post("/v1/email/restore", { body: { token }, anonymous: true }),
};

// What a mailed link asks for, and one button that does it: a scanner that opens links presses none.
function LinkPage({ kind, token }: { kind: Kind; token: string | null }) {
  const done = useSignal(false);
  const act = useAction(async () => {
    await redeem[kind](token ?? "");
    done.value = true;
  });
  const refused = act.failure?.slug === "link-refused";
  return (
    <Entry title={t(`${kind}.title`)} lead={done.value || refused ? undefined : t(`${kind}.lead`)}>
      {token === null ? (
        <Alert kind="warn">{t("link.incomplete")}</Alert>
      ) : done.value ? (
        <>
          <Alert kind="good">{t(`${kind}.done`)}</Alert>
          <a class="button primary wide" href="/account">
            {t("continue")}
          </a>
        </>
      ) : refused ? (
        <LinkRefused help={t(`${kind}.refused`)} to="/account" link={t("link.account")} />
      ) : (
        <Form action={act}>
          <Button type="submit" kind="primary" wide busy={act.busy}>
            {t(`${kind}.submit`)}
          </Button>
        </Form>
      )}
    </Entry>
  );
}

export function ChangeEmailPage() {
  return <LinkPage key={linkToken.value} kind="change-email" token={linkToken.value} />;
}
export function RestoreEmailPage() {
  return <LinkPage key={linkToken.value} kind="restore-email" token={linkToken.value} />;
}
