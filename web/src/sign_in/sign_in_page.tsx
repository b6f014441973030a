import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../api/client";
import { t } from "../messages";
import { goBack, rememberReturn } from "../return_to";
import { forgetParameters } from "../router";
import { settings } from "../settings";
import { useAction } from "../ui/action";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Field } from "../ui/field";
import { Form } from "../ui/form";

// One field for both: only an address has an at sign.
function nameOrEmail(text: string): { username: string } | { email: string } {
  return text.includes("@") ? { email: text } : { username: text };
}

export function SignInPage() {
  const name = useSignal("");
  const password = useSignal("");
  useEffect(() => {
    const asked = new URLSearchParams(location.search).get("return_to");
    if (asked !== null) rememberReturn(asked), forgetParameters();
  }, []);
  const signIn = useAction(async () => {
    const body = { ...nameOrEmail(name.value.trim()), password: password.value, refresh_in: "cookie" as const };
    await api.post("/v1/login", { body: body as never, anonymous: true });
    goBack();
  });
  return (
    <Entry title={t("sign-in.title")} lead={t("sign-in.lead", { name: settings.name })}>
      <Form action={signIn}>
        <Field label={t("sign-in.name")} value={name} autocomplete="username webauthn" focus />
        <Field label={t("password")} value={password} type="password" autocomplete="current-password webauthn" />
        <Button type="submit" kind="primary" wide busy={signIn.busy}>
          {t("sign-in.submit")}
        </Button>
      </Form>
    </Entry>
  );
}
