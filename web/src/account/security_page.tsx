import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { t } from "../messages";
import { NewPassword } from "../sign_in/new_password";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { FactorsCard } from "./factors_card";

export function SecurityPage({ username }: { username: string }) {
  return (
    <>
      <FactorsCard />
      <PasswordCard username={username} />
    </>
  );
}

function PasswordCard({ username }: { username: string }) {
  const current = useSignal("");
  const next = useSignal("");
  const changed = useSignal(false);
  const change = useAction(async () => {
    changed.value = false;
    await api.post("/v1/me/password", { body: { current_password: current.value, new_password: next.value } });
    changed.value = true;
    current.value = next.value = "";
  });
  return (
    <section class="card">
      <div class="stack tight">
        <h2>{t("security.password")}</h2>
        <p class="muted">{t("security.password.lead")}</p>
      </div>
      {changed.value && <Alert kind="good">{t("security.password.changed")}</Alert>}
      <Form action={change} fields={["new_password", "current_password"]}>
        <input class="hidden" type="text" autocomplete="username" value={username} readOnly tabIndex={-1} aria-hidden="true" />
        <Field label={t("password.current")} value={current} mistake={change.failure?.fieldMessage("current_password")} type="password" autocomplete="current-password" />
        <NewPassword value={next} failure={change.failure} field="new_password" />
        <div>
          <Button type="submit" busy={change.busy}>
            {t("security.password.submit")}
          </Button>
        </div>
      </Form>
    </section>
  );
}
