import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../api/client";
import type { Factor } from "../api/types";
import { ApiFailure } from "../api/problem";
import { inTurn, setStepUp } from "../api/session";
import { t } from "../messages";
import { getPasskey, hasPasskeys, PasskeyCancelled } from "../webauthn";
import { useAction } from "./action";
import { Alert } from "./alert";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field } from "./field";
import { Form } from "./form";
import { Show, useLoad } from "./load";

interface Asked {
  stronger: boolean; // a second factor, not only a fresh password
  passkey: boolean; // no code either
  settle: (failure?: ApiFailure) => void;
}

// RFC 9470: whatever was refused for want of a fresher or stronger sign-in waits here for the proof, and is sent again.
export function StepUp() {
  const asked = useSignal<Asked | null>(null);
  useEffect(() => {
    setStepUp(
      (challenge) =>
        new Promise((done, failed) => {
          const settle = (failure?: ApiFailure) => {
            asked.value = null;
            if (failure) failed(failure);
            else done();
          };
          asked.value = { stronger: challenge.includes("acr_values"), passkey: challenge.includes('acr_values="phr"'), settle };
        }),
    );
    return () => asked.value?.settle(notProved()); // another area comes: what waits here must not wait for ever
  }, []);
  return asked.value === null ? null : <ProofDialog asked={asked.value} />;
}

function notProved(): ApiFailure {
  return new ApiFailure({ status: 401, type: "/problems/insufficient-user-authentication" });
}

function ProofDialog({ asked }: { asked: Asked }) {
  const factors = useLoad(async () => (await api.get("/v1/factors")).factors);
  const giveUp = () => asked.settle(notProved());
  return (
    <Dialog title={t("step-up.title")} onClose={giveUp}>
      <p class="muted">{t("step-up.lead")}</p>
      <Show of={factors}>{(list) => <Proofs factors={list} asked={asked} onGiveUp={giveUp} />}</Show>
    </Dialog>
  );
}

function Proofs({ factors, asked, onGiveUp }: { factors: Factor[]; asked: Asked; onGiveUp: () => void }) {
  const has = (kind: Factor["kind"]) => factors.some((factor) => factor.kind === kind);
  const passkey = has("webauthn") && hasPasskeys;
  const done = () => asked.settle();
  if (asked.stronger && !has("webauthn") && (asked.passkey || !has("totp"))) {
    return (
      <>
        <Alert kind="warn">{t(asked.passkey ? "step-up.enrol.webauthn" : "step-up.enrol")}</Alert>
        <div class="actions">
          <Button onClick={onGiveUp}>{t("cancel")}</Button>
          <a class="button primary" href="/account/security" onClick={onGiveUp}>
            {t("step-up.enrol.go")}
          </a>
        </div>
      </>
    );
  }
  // A password alone is enough only where there is no second factor.
  const typed = asked.passkey ? null : has("totp") ? "code" : factors.length === 0 ? "password" : null;
  return (
    <>
      {passkey && <PasskeyProof onDone={done} />}
      {passkey && typed !== null && <div class="divider">{t("or")}</div>}
      {typed !== null && <TypedProof kind={typed} onDone={done} />}
      <div class="actions">
        <Button onClick={onGiveUp}>{t("cancel")}</Button>
      </div>
    </>
  );
}

function PasskeyProof({ onDone }: { onDone: () => void }) {
  const prove = useAction(async () => {
    try {
      const { public_key } = await api.post("/v1/reauthenticate/options");
      const credential = await getPasskey(public_key);
      await inTurn(() => api.post("/v1/reauthenticate", { body: { credential }, anonymous: true }));
      onDone();
    } catch (error) {
      if (!(error instanceof PasskeyCancelled)) throw error;
    }
  });
  return (
    <Form action={prove}>
      <Button type="submit" kind="primary" wide busy={prove.busy}>
        {t("second.webauthn.submit")}
      </Button>
    </Form>
  );
}

function TypedProof({ kind, onDone }: { kind: "password" | "code"; onDone: () => void }) {
  const value = useSignal("");
  const prove = useAction(async () => {
    const body = kind === "password" ? { password: value.value } : { method: "totp" as const, code: value.value.trim() };
    await inTurn(() => api.post("/v1/reauthenticate", { body, anonymous: true }));
    onDone();
  });
  return (
    <Form action={prove}>
      {kind === "password" ? (
        <Field label={t("password.current")} value={value} type="password" autocomplete="current-password" focus />
      ) : (
        <Field label={t("second.totp.label")} hint={t("second.totp.hint")} value={value} autocomplete="one-time-code" code focus input={{ inputMode: "numeric", maxLength: 7 }} />
      )}
      <Button type="submit" kind="primary" wide busy={prove.busy}>
        {t("confirm")}
      </Button>
    </Form>
  );
}
