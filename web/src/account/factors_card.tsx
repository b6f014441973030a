import { useSignal } from "@preact/signals";
import { api } from "../api/client";
import { refreshTokens, sessionEnded } from "../api/session";
import type { Factor } from "../api/types";
import { formatAgo, t, tCount } from "../messages";
import { useAction } from "../ui/action";
import { FailureAlert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import { Icon } from "../ui/icons";
import { Show, useLoad } from "../ui/load";
import { hasPasskeys } from "../webauthn";
import { AddPasskey, AddTotp } from "./add_factor";
import { RecoveryCodes } from "./recovery_codes";

type Asking = { what: "totp" | "webauthn" } | { what: "rename" | "remove"; factor: Factor };

export function FactorsCard() {
  const factors = useLoad(() => api.get("/v1/factors"));
  const asking = useSignal<Asking | null>(null);
  const codes = useSignal<string[] | null>(null);
  const finish = (made?: string[]) => {
    asking.value = null;
    if (made !== undefined && made.length > 0) codes.value = made;
    void factors.reload();
  };
  // The session counts as one of two factors from its next token on. The factor is there even if that has to wait.
  const added = async (made?: string[]) => {
    await refreshTokens().catch(() => false);
    finish(made);
  };
  // With the dialog still open: the button that opened it goes, and the focus has to go elsewhere.
  const removed = async () => {
    await factors.reload();
    close();
  };
  const close = () => (asking.value = null);
  const now = asking.value;
  return (
    <>
      <section class="card">
        <div class="stack tight">
          <h2>{t("security.factors")}</h2>
          <p class="muted">{t("security.factors.lead")}</p>
        </div>
        <Show of={factors}>{(held) => <FactorList factors={held.factors} onAsk={(what) => (asking.value = what)} />}</Show>
        {factors.value?.factors.some((factor) => factor.kind === "webauthn") && (
          <PasskeysOnly asked={factors.value.sign_in_acr === passkeyAcr} onChange={factors.reload} />
        )}
        <div class="row">
          {hasPasskeys && <Button onClick={() => (asking.value = { what: "webauthn" })}>{t("security.add.webauthn")}</Button>}
          <Button onClick={() => (asking.value = { what: "totp" })}>{t("security.add.totp")}</Button>
        </div>
      </section>
      {factors.value !== null && factors.value.factors.length > 0 && <CodesCard left={factors.value.recovery_codes} onMade={finish} />}
      {now?.what === "totp" && <AddTotp onDone={added} onClose={close} />}
      {now?.what === "webauthn" && <AddPasskey onDone={added} onClose={close} />}
      {now?.what === "rename" && <RenameDialog factor={now.factor} onDone={() => finish()} onClose={close} />}
      {now?.what === "remove" && <RemoveDialog factor={now.factor} left={(factors.value?.factors ?? []).filter((factor) => factor !== now.factor)} onDone={removed} onClose={close} />}
      {codes.value && <RecoveryCodes codes={codes.value} onClose={() => (codes.value = null)} />}
    </>
  );
}

function FactorList({ factors, onAsk }: { factors: Factor[]; onAsk: (asking: Asking) => void }) {
  if (factors.length === 0) {
    return (
      <div class="empty">
        <Icon name="shield" />
        <p>{t("security.factors.none")}</p>
      </div>
    );
  }
  return (
    <ul class="items">
      {factors.map((factor) => (
        <li key={factor.id}>
          <span class="round">
            <Icon name={factor.kind === "totp" ? "phone" : "key"} />
          </span>
          <div class="grow">
            <h3 class="break">{factor.name}</h3>
            <p class="small muted">
              {t(`security.type.${factor.kind}`)} · {t("security.added", { when: formatAgo(factor.created_at) })} ·{" "}
              {factor.last_used_at ? t("security.used", { when: formatAgo(factor.last_used_at) }) : t("security.never-used")}
            </p>
          </div>
          <div class="row">
            <Button small kind="quiet" label={t("security.rename.of", { name: factor.name })} onClick={() => onAsk({ what: "rename", factor })}>
              {t("security.rename")}
            </Button>
            <Button small kind="quiet" label={t("security.remove.of", { name: factor.name })} onClick={() => onAsk({ what: "remove", factor })}>
              {t("security.remove")}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

const passkeyAcr = "phr"; // resistant to phishing
const anyFactorAcr = "urn:gatehouse:acr:2fa";

function PasskeysOnly({ asked, onChange }: { asked: boolean; onChange: () => Promise<void> }) {
  const set = useAction(async () => {
    await api.put("/v1/factors/sign-in", { body: { acr: asked ? anyFactorAcr : passkeyAcr } });
    await onChange();
  });
  return (
    <>
      <FailureAlert failure={set.failure} />
      <label class="check">
        <input type="checkbox" checked={asked} disabled={set.busy} onChange={set.run} />
        <span>
          {t("security.passkeys-only")}
          <br />
          <span class="small muted">{t("security.passkeys-only.hint")}</span>
        </span>
      </label>
    </>
  );
}

function CodesCard({ left, onMade }: { left: number; onMade: (codes: string[]) => void }) {
  const make = useAction(async () => onMade((await api.post("/v1/factors/recovery-codes")).codes));
  return (
    <section class="card">
      <div class="stack tight">
        <h2>{t("security.codes")}</h2>
        <p class="muted">
          {t("security.codes.lead")} {tCount("security.codes.left", left)}
        </p>
      </div>
      <Form action={make}>
        <div>
          <Button type="submit" busy={make.busy}>
            {t("security.codes.make")}
          </Button>
        </div>
      </Form>
    </section>
  );
}

interface DialogProps {
  factor: Factor;
  onDone: () => void;
  onClose: () => void;
}

function RenameDialog({ factor, onDone, onClose }: DialogProps) {
  const name = useSignal(factor.name);
  const rename = useAction(async () => {
    await api.patch("/v1/factors/{id}", { path: { id: factor.id }, body: { name: name.value.trim() } });
    onDone();
  });
  return (
    <Dialog title={t("security.rename.of", { name: factor.name })} onClose={onClose}>
      <Form action={rename} fields={["name"]}>
        <Field label={t("name")} value={name} mistake={rename.failure?.fieldMessage("name")} focus input={{ maxLength: 64 }} />
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={rename.busy}>
            {t("save")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

// The session ends, too, where it says more than what is left can show.
function RemoveDialog({ factor, left, onDone, onClose }: DialogProps & { left: Factor[] }) {
  const last = left.length === 0;
  const lastPasskey = factor.kind === "webauthn" && !left.some((other) => other.kind === "webauthn");
  const remove = useAction(async () => {
    await api.delete("/v1/factors/{id}", { path: { id: factor.id } });
    if (last) await sessionEnded();
    onDone();
  });
  return (
    <Dialog title={t("security.remove.of", { name: factor.name })} onClose={onClose}>
      <Form action={remove}>
        <p>{t(last ? "security.remove.last" : lastPasskey ? "security.remove.last-passkey" : "security.remove.lead")}</p>
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="danger" busy={remove.busy}>
            {t("security.remove")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
