import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { ApiFailure } from "../api/problem";
import { withChallenge } from "../challenge/challenge";
import { letterLanguage, t } from "../messages";
import { goTo } from "../router";
import { settings } from "../settings";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { ChallengeNote } from "./challenge_note";
import { NewPassword } from "./new_password";

export function RegisterPage() {
  if (!settings.registration) {
    return (
      <Entry title={t("register.title")}>
        <Alert>{t("problem.registration-closed")}</Alert>
        <a href="/sign-in">{t("register.sign-in")}</a>
      </Entry>
    );
  }
  return (
    <Entry title={t("register.title")} lead={t("register.lead", { name: settings.name })}>
      <RegisterForm />
    </Entry>
  );
}

function RegisterForm() {
  const username = useSignal("");
  const email = useSignal("");
  const password = useSignal("");
  const mailed = useSignal(false);
  const register = useAction(async () => {
    const account = { username: username.value.trim(), email: email.value.trim(), password: password.value };
    await withChallenge((solved) => api.post("/v1/register", { body: { ...account, ...solved, language: letterLanguage() }, anonymous: true }));
    const body = { username: account.username, password: account.password, refresh_in: "cookie" as const };
    try {
      await withChallenge((solved) => api.post("/v1/login", { body: { ...body, ...solved }, anonymous: true }));
      goTo("/verify", { replace: true });
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.slug !== "email-unverified") throw error;
      mailed.value = true;
    }
  });
  if (mailed.value) return <Alert kind="good">{t("register.mailed")}</Alert>;
  const { failure } = register;
  return (
    <>
      <Form action={register} fields={["username", "email", "password"]}>
        <Field label={t("username")} hint={t("username.hint")} value={username} mistake={failure?.fieldMessage("username")} autocomplete="username" focus input={{ maxLength: 64 }} />
        <Field label={t("email")} value={email} mistake={failure?.fieldMessage("email")} type="email" autocomplete="email" input={{ maxLength: 254 }} />
        <NewPassword label={t("password")} value={password} failure={failure} field="password" />
        <ChallengeNote />
        <Button type="submit" kind="primary" wide busy={register.busy}>
          {t("register.submit")}
        </Button>
      </Form>
      <p class="small">
        {t("register.have")} <a href="/sign-in">{t("register.sign-in")}</a>
      </p>
    </>
  );
}
