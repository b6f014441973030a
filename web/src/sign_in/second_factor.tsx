import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import type { SecondFactor } from "../api/types";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { getPasskey, hasPasskeys, PasskeyCancelled } from "../webauthn";

type Method = SecondFactor["methods"][number];
const strongestFirst: Method[] = ["webauthn", "totp", "recovery_code"];

interface Props {
  step: SecondFactor;
  onDone: () => void;
  onBack: () => void;
}

export function SecondFactorStep({ step, onDone, onBack }: Props) {
  const methods = strongestFirst.filter((method) => step.methods.includes(method) && (method !== "webauthn" || hasPasskeys));
  const chosen = useSignal<Method>(methods[0] ?? "recovery_code");
  const others = methods.filter((method) => method !== chosen.value);
  return (
    <>
      {chosen.value === "webauthn" ? (
        <PasskeyProof transaction={step.transaction} onDone={onDone} />
      ) : (
        <CodeProof key={chosen.value} method={chosen.value} transaction={step.transaction} onDone={onDone} />
      )}
      <div class="row spread small">
        {others.map((method) => (
          <Button key={method} kind="quiet" small onClick={() => (chosen.value = method)}>
            {t(`second.use.${method}`)}
          </Button>
        ))}
        <Button kind="quiet" small onClick={onBack}>
          {t("second.back")}
        </Button>
      </div>
    </>
  );
}

function PasskeyProof({ transaction, onDone }: { transaction: string; onDone: () => void }) {
  const prove = useAction(async () => {
    const options = await api.post("/v1/login/webauthn/options", { body: { transaction }, anonymous: true });
    try {
      const credential = await getPasskey(options.public_key);
      const body = { transaction: options.transaction, method: "webauthn" as const, credential };
      await api.post("/v1/login/second-factor", { body, anonymous: true });
      onDone();
    } catch (error) {
      if (!(error instanceof PasskeyCancelled)) throw error;
    }
  });
  return (
    <Form action={prove}>
      <p>{t("second.webauthn.lead")}</p>
      <Button type="submit" kind="primary" wide busy={prove.busy}>
        {t("second.webauthn.submit")}
      </Button>
    </Form>
  );
}

function CodeProof({ method, transaction, onDone }: { method: "totp" | "recovery_code"; transaction: string; onDone: () => void }) {
  const code = useSignal("");
  const prove = useAction(async () => {
    const body = { transaction, method, code: code.value.trim(), refresh_in: "cookie" as const };
    await api.post("/v1/login/second-factor", { body, anonymous: true });
    onDone();
  });
  return (
    <Form action={prove}>
      <Field
        label={t(`second.${method}.label`)}
        hint={t(`second.${method}.hint`)}
        value={code}
        autocomplete="one-time-code"
        code
        focus
        input={method === "totp" ? { inputMode: "numeric", maxLength: 7 } : { maxLength: 32 }}
      />
      <Button type="submit" kind="primary" wide busy={prove.busy}>
        {t("continue")}
      </Button>
    </Form>
  );
}
