import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { t } from "../messages";
import { useAction } from "../ui/action";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { makePasskey, PasskeyCancelled } from "../webauthn";

interface Props {
  onDone: (codes?: string[]) => Promise<void>;
  onClose: () => void;
}
interface NewTotp {
  id: string;
  secret: string;
  qr_svg: string;
}

export function AddTotp({ onDone, onClose }: Props) {
  const made = useSignal<NewTotp | null>(null);
  return (
    <Dialog title={t("security.add.totp")} onClose={onClose}>
      {made.value === null ? (
        <NameTotp onMade={(totp) => (made.value = totp)} onClose={onClose} />
      ) : (
        <ConfirmTotp totp={made.value} onDone={onDone} onClose={onClose} />
      )}
    </Dialog>
  );
}

function NameTotp({ onMade, onClose }: { onMade: (totp: NewTotp) => void; onClose: () => void }) {
  const name = useSignal(t("security.name.totp"));
  const make = useAction(async () => onMade(await api.post("/v1/factors/totp", { body: { name: name.value.trim() } })));
  return (
    <Form action={make} fields={["name"]}>
      <Field label={t("name")} hint={t("security.name.hint")} value={name} mistake={make.failure?.fieldMessage("name")} focus input={{ maxLength: 64 }} />
      <div class="actions">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" busy={make.busy}>
          {t("continue")}
        </Button>
      </div>
    </Form>
  );
}

// In groups of four, as people read keys aloud.
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

function ConfirmTotp({ totp, onDone, onClose }: { totp: NewTotp } & Props) {
  const code = useSignal("");
  const confirm = useAction(async () => {
    const answer = await api.post("/v1/factors/totp/{id}/confirm", { path: { id: totp.id }, body: { code: code.value.trim() } });
    await onDone((answer as { codes?: string[] } | undefined)?.codes);
  });
  return (
    <Form action={confirm} fields={["code"]}>
      <p>{t("security.totp.scan")}</p>
      <img class="qr" src={`data:image/svg+xml;utf8,${encodeURIComponent(totp.qr_svg)}`} alt={t("security.totp.qr")} />
      <div class="stack tight">
        <span class="legend">{t("security.totp.secret")}</span>
        <code class="break">{grouped(totp.secret)}</code>
      </div>
      <Field
        label={t("second.totp.label")}
        hint={t("second.totp.hint")}
        value={code}
        mistake={confirm.failure?.fieldMessage("code")}
        autocomplete="one-time-code"
        code
        focus
        input={{ inputMode: "numeric", maxLength: 7 }}
      />
      <div class="actions">
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button type="submit" kind="primary" busy={confirm.busy}>
          {t("confirm")}
        </Button>
      </div>
    </Form>
  );
}

export function AddPasskey({ onDone, onClose }: Props) {
  const name = useSignal(t("security.name.webauthn"));
  const add = useAction(async () => {
    try {
      const { public_key } = await api.post("/v1/factors/webauthn/options");
      const credential = await makePasskey(public_key);
      const answer = await api.post("/v1/factors/webauthn", { body: { name: name.value.trim(), credential } });
      await onDone((answer as { codes?: string[] } | undefined)?.codes);
    } catch (error) {
      if (!(error instanceof PasskeyCancelled)) throw error;
    }
  });
  return (
    <Dialog title={t("security.add.webauthn")} onClose={onClose}>
      <Form action={add} fields={["name"]}>
        <p class="muted">{t("second.webauthn.lead")}</p>
        <Field label={t("name")} hint={t("security.name.hint")} value={name} mistake={add.failure?.fieldMessage("name")} focus input={{ maxLength: 64 }} />
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={add.busy}>
            {t("continue")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
