import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Form } from "../ui/form";
import { linkToken } from "./fragment";

type Kind = "change-email" | "restore-email";

const redeem: Record<Kind, (token: string) => Promise<unknown>> = {
  "change-email": (token) => api.post("/v1/email/change", { body: { token }, anonymous: true }),
  "restore-email": (token) => api.post("/v1/email/restore", { body: { token }, anonymous: true }),
};

// What a mailed link asks for, and one button that does it: a scanner that opens links presses none.
function LinkPage({ kind }: { kind: Kind }) {
  const done = useSignal(false);
  const token = linkToken.value;
  const act = useAction(async () => {
    await redeem[kind](token ?? "");
    done.value = true;
  });
  return (
    <Entry title={t(`${kind}.title`)} lead={done.value ? undefined : t(`${kind}.lead`)}>
      {token === null ? (
        <Alert kind="warn">{t("link.incomplete")}</Alert>
      ) : done.value ? (
        <>
          <Alert kind="good">{t(`${kind}.done`)}</Alert>
          <a class="button primary wide" href="/account">
            {t("continue")}
          </a>
        </>
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
  return <LinkPage kind="change-email" />;
}
export function RestoreEmailPage() {
  return <LinkPage kind="restore-email" />;
}
