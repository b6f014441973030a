import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../api/client";
import type { SecondFactor } from "../api/types";
import { withChallenge } from "../challenge/challenge";
import { t } from "../messages";
import { goBack, rememberReturn } from "../return_to";
import { forgetParameters } from "../router";
import { settings } from "../settings";
import { useAction } from "../ui/action";
import { Button } from "../ui/button";
import { Entry } from "../ui/entry";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Icon } from "../ui/icons";
import { ChallengeNote } from "./challenge_note";
import { nameOrEmail } from "./name_or_email";
import { offerPasskeys, signInWithPasskey } from "./passkey_sign_in";
import { SecondFactorStep } from "./second_factor";
import { hasPasskeys, PasskeyCancelled } from "../webauthn";

function isSecondFactor(answer: unknown): answer is SecondFactor {
  return (answer as SecondFactor | undefined)?.next === "second_factor";
}

export function SignInPage() {
  const step = useSignal<SecondFactor | null>(null);
  useEffect(() => {
    const asked = new URLSearchParams(location.search).get("return_to");
    if (asked !== null) rememberReturn(asked);
    if (location.search !== "") forgetParameters();
  }, []);
  if (step.value !== null) {
    return (
      <Entry title={t("second.title")} lead={t("second.lead")}>
        <SecondFactorStep step={step.value} onDone={goBack} onBack={() => (step.value = null)} />
      </Entry>
    );
  }
  return (
    <Entry title={t("sign-in.title")} lead={t("sign-in.lead", { name: settings.name })}>
      <PasswordStep onSecondFactor={(next) => (step.value = next)} />
    </Entry>
  );
}

function PasswordStep({ onSecondFactor }: { onSecondFactor: (step: SecondFactor) => void }) {
  const name = useSignal("");
  const password = useSignal("");
  useEffect(() => offerPasskeys(goBack), []);
  const signIn = useAction(async () => {
    const credentials = { ...nameOrEmail(name.value), password: password.value, refresh_in: "cookie" as const };
    const answer = await withChallenge((solved) => api.post("/v1/login", { body: { ...credentials, ...solved }, anonymous: true }));
    if (isSecondFactor(answer)) onSecondFactor(answer);
    else goBack();
  });
  const passkey = useAction(async () => {
    try {
      await signInWithPasskey();
      goBack();
    } catch (error) {
      if (!(error instanceof PasskeyCancelled)) throw error;
    }
  });
  return (
    <>
      <Form action={signIn}>
        <Field label={t("sign-in.name")} value={name} autocomplete="username webauthn" focus />
        <Field label={t("password")} value={password} type="password" autocomplete="current-password webauthn" />
        <ChallengeNote />
        <Button type="submit" kind="primary" wide busy={signIn.busy}>
          {t("sign-in.submit")}
        </Button>
      </Form>
      {hasPasskeys && (
        <div class="stack">
          <div class="divider">{t("or")}</div>
          <PasskeyButton action={passkey} />
        </div>
      )}
      <div class="row spread small">
        <a href="/reset">{t("sign-in.forgotten")}</a>
        {settings.registration && <a href="/register">{t("sign-in.register")}</a>}
      </div>
    </>
  );
}

function PasskeyButton({ action }: { action: ReturnType<typeof useAction> }) {
  return (
    <Form action={action}>
      <Button type="submit" wide busy={action.busy}>
        <Icon name="key" /> {t("sign-in.passkey")}
      </Button>
    </Form>
  );
}
