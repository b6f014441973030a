import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { t } from "../messages";
import { goBack } from "../return_to";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { linkToken } from "./fragment";
import { LinkRefused } from "./link_refused";

// With a link of a mail: one button, as a scanner that opens links presses none. Without: the code of the same mail.
export function VerifyPage() {
  const done = useSignal(false);
  if (done.value) {
    return (
      <Entry title={t("verify.title")}>
        <Alert kind="good">{t("verify.done")}</Alert>
        <Button kind="primary" wide onClick={goBack}>
          {t("continue")}
        </Button>
      </Entry>
    );
  }
  const finish = () => (done.value = true);
  const token = linkToken.value;
  if (token !== null) return <LinkForm key={token} token={token} onDone={finish} />;
  return (
    <Entry title={t("verify.title")} lead={t("verify.lead-code")}>
      <CodeForm onDone={finish} />
    </Entry>
  );
}

function LinkForm({ token, onDone }: { token: string; onDone: () => void }) {
  const verify = useAction(async () => {
    await api.post("/v1/email/verify", { body: { token }, anonymous: true });
    onDone();
  });
  const refused = verify.failure?.slug === "link-refused";
  return (
    <Entry title={t("verify.title")} lead={refused ? undefined : t("verify.lead")}>
      {refused ? (
        <LinkRefused help={t("verify.refused")} to="/account" link={t("link.account")} />
      ) : (
        <Form action={verify}>
          <Button type="submit" kind="primary" wide busy={verify.busy}>
            {t("verify.submit")}
          </Button>
        </Form>
      )}
    </Entry>
  );
}

function CodeForm({ onDone }: { onDone: () => void }) {
  const code = useSignal("");
  const sent = useSignal(false);
  const verify = useAction(async () => {
    sent.value = false;
    await api.post("/v1/email/verify", { body: { code: code.value.trim() } });
    onDone();
  });
  const resend = useAction(async () => {
    verify.clear();
    await api.post("/v1/email/verification", { body: {} });
    sent.value = true;
  });
  return (
    <>
      {sent.value && <Alert kind="good">{t("verify.sent")}</Alert>}
      <Form action={verify}>
        <Field label={t("code")} hint={t("code.hint")} value={code} autocomplete="one-time-code" code focus input={{ maxLength: 16 }} />
        <Button type="submit" kind="primary" wide busy={verify.busy}>
          {t("verify.submit")}
        </Button>
      </Form>
      <Form action={resend}>
        <div class="row spread">
          <Button type="submit" kind="quiet" small busy={resend.busy}>
            {t("verify.resend")}
          </Button>
          <Button kind="quiet" small onClick={goBack}>
            {t("later")}
          </Button>
        </div>
      </Form>
    </>
  );
}
