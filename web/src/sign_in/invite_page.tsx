import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { letterLanguage, t } from "../messages";
import { settings } from "../settings";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Show, useLoad } from "../ui/load";
import { linkToken } from "./fragment";
import { LinkRefused } from "./link_refused";
import { NewPassword } from "./new_password";

export function InvitePage() {
  const token = linkToken.value;
  if (token !== null) return <InviteForm key={token} token={token} />;
  return (
    <Entry title={t("invite.title")}>
      <Alert kind="warn">{t("link.incomplete")}</Alert>
    </Entry>
  );
}

function InviteForm({ token }: { token: string }) {
  const username = useSignal("");
  const password = useSignal("");
  const accept = useAction(async () => {
    const account = { username: username.value.trim(), password: password.value };
    await api.post("/v1/invite/accept", { body: { token, ...account, language: letterLanguage() }, anonymous: true });
    await api.post("/v1/login", { body: { ...account, refresh_in: "cookie" }, anonymous: true });
    location.replace("/account");
  });
  const open = useLoad(async () => {
    await api.post("/v1/invite/check", { body: { token }, anonymous: true });
    return true;
  });
  if ([open.failure, accept.failure].some((failure) => failure?.slug === "link-refused")) {
    return (
      <Entry title={t("invite.title")}>
        <LinkRefused help={t("invite.refused")} to="/sign-in" link={t("register.sign-in")} />
      </Entry>
    );
  }
  return (
    <Entry title={t("invite.title")} lead={t("invite.lead", { name: settings.name })}>
      <Show of={open}>
        {() => (
          <Form action={accept} fields={["username", "password"]}>
            <Field label={t("username")} hint={t("username.hint")} value={username} mistake={accept.failure?.fieldMessage("username")} autocomplete="username" focus input={{ maxLength: 64 }} />
            <NewPassword label={t("password")} value={password} failure={accept.failure} field="password" />
            <Button type="submit" kind="primary" wide busy={accept.busy}>
              {t("invite.submit")}
            </Button>
          </Form>
        )}
      </Show>
    </Entry>
  );
}
