import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { withChallenge } from "../challenge/challenge";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { Alert, FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";
import { ChallengeNote } from "./challenge_note";
import { linkToken } from "./fragment";
import { NewPassword } from "./new_password";

export function ResetPage() {
  const sentTo = useSignal<string | null>(null);
  const done = useSignal(false);
  const finish = () => (done.value = true);
  if (done.value) {
    return (
      <Entry title={t("reset.title")}>
        <Alert kind="good">{t("reset.done")}</Alert>
        <a class="button primary wide" href="/sign-in">
          {t("sign-in.title")}
        </a>
      </Entry>
    );
  }
  const token = linkToken.value;
  if (token !== null) {
    return (
      <Entry title={t("reset.title")} lead={t("reset.lead-link")}>
        <LinkStep key={token} token={token} onDone={finish} />
      </Entry>
    );
  }
  if (sentTo.value !== null) {
    return (
      <Entry title={t("reset.title")} lead={t("reset.sent")}>
        <CodeStep email={sentTo.value} onDone={finish} />
      </Entry>
    );
  }
  return (
    <Entry title={t("reset.title")} lead={t("reset.lead")}>
      <AddressStep onSent={(email) => (sentTo.value = email)} />
    </Entry>
  );
}

function AddressStep({ onSent }: { onSent: (email: string) => void }) {
  const email = useSignal("");
  const ask = useAction(async () => {
    const address = email.value.trim();
    await withChallenge((solved) => api.post("/v1/password/forgot", { body: { email: address, ...solved }, anonymous: true }));
    onSent(address);
  });
  return (
    <>
      <Form action={ask} fields={["email"]}>
        <Field label={t("email")} value={email} mistake={ask.failure?.fieldMessage("email")} type="email" autocomplete="email" focus />
        <ChallengeNote />
        <Button type="submit" kind="primary" wide busy={ask.busy}>
          {t("reset.ask")}
        </Button>
      </Form>
      <a class="small" href="/sign-in">
        {t("register.sign-in")}
      </a>
    </>
  );
}

function CodeStep({ email, onDone }: { email: string; onDone: () => void }) {
  const code = useSignal("");
  const password = useSignal("");
  const reset = useAction(async () => {
    await api.post("/v1/password/reset", { body: { email, code: code.value.trim(), password: password.value }, anonymous: true });
    onDone();
  });
  return (
    <Form action={reset} fields={["password", "code"]}>
      <Field label={t("code")} hint={t("code.hint")} value={code} mistake={reset.failure?.fieldMessage("code")} autocomplete="one-time-code" code focus input={{ maxLength: 16 }} />
      <NewPassword value={password} failure={reset.failure} field="password" />
      <Button type="submit" kind="primary" wide busy={reset.busy}>
        {t("reset.submit")}
      </Button>
    </Form>
  );
}

function LinkStep({ token, onDone }: { token: string; onDone: () => void }) {
  const password = useSignal("");
  const valid = useLoad(async () => {
    await api.post("/v1/password/reset/check", { body: { token }, anonymous: true });
    return true;
  });
  const reset = useAction(async () => {
    await api.post("/v1/password/reset", { body: { token, password: password.value }, anonymous: true });
    onDone();
  });
  if (valid.failure?.slug === "link-refused" || reset.failure?.slug === "link-refused") {
    return (
      <>
        <FailureAlert failure={valid.failure ?? reset.failure} />
        <Button kind="primary" wide onClick={() => (linkToken.value = null)}>
          {t("reset.anew")}
        </Button>
      </>
    );
  }
  return (
    <Show of={valid}>
      {() => (
        <Form action={reset} fields={["password"]}>
          <NewPassword value={password} failure={reset.failure} field="password" />
          <Button type="submit" kind="primary" wide busy={reset.busy}>
            {t("reset.submit")}
          </Button>
        </Form>
      )}
    </Show>
  );
}
