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
  return (
    <Entry title={t("verify.title")} lead={t(token === null ? "verify.lead-code" : "verify.lead")}>
      {token === null ? <CodeForm onDone={finish} /> : <LinkForm token={token} onDone={finish} />}
    </Entry>
  );
}

function LinkForm({ token, onDone }: { token: string; onDone: () => void }) {
  const verify = useAction(async () => {
    await api.post("/v1/email/verify", { body: { token }, anonymous: true });
    onDone();
  });
  return (
    <Form action={verify}>
      <Button type="submit" kind="primary" wide busy={verify.busy}>
        {t("verify.submit")}
      </Button>
    </Form>
  );
}

function CodeForm({ onDone }: { onDone: () => void }) {
  const code = useSignal("");
  const sent = useSignal(false);
  const verify = useAction(async () => {
    await api.post("/v1/email/verify", { body: { code: code.value.trim() } });
    onDone();
  });
  const resend = useAction(async () => {
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
