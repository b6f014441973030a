import { useSignal, type Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api } from "../api/client";
import { formatDate, languageNames, t } from "../messages";
import { settings } from "../settings";
import { useAction } from "../ui/action";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { Form } from "../ui/form";
import type { Account } from "./account_area";

interface Props {
  account: Account;
  onChange: (changed: Partial<Account>) => void;
}

export function ProfilePage({ account, onChange }: Props) {
  const asking = useSignal<"username" | "email" | null>(null);
  const close = () => (asking.value = null);
  return (
    <>
      <Address account={account} onChange={onChange} />
      <section class="card">
        <dl class="facts">
          <dt>{t("username")}</dt>
          <dd class="row">
            <span>{account.username}</span>
            <Button kind="quiet" small label={t("account.username.title")} onClick={() => (asking.value = "username")}>
              {t("account.change")}
            </Button>
          </dd>
          <dt>{t("email")}</dt>
          <dd class="row">
            <span class="break">{account.email}</span>
            <Verified account={account} />
            <Button kind="quiet" small label={t("account.email.title")} onClick={() => (asking.value = "email")}>
              {t("account.change")}
            </Button>
          </dd>
          <dt>{t("account.since")}</dt>
          <dd>{formatDate(account.created_at)}</dd>
        </dl>
      </section>
      {asking.value === "username" && <UsernameDialog account={account} onChange={onChange} onClose={close} />}
      {asking.value === "email" && <EmailDialog onChange={onChange} onClose={close} />}
    </>
  );
}

function Verified({ account }: { account: Account }) {
  if (account.email_verified === undefined) return null;
  if (account.email_verified) return <span class="badge good">{t("account.email.verified")}</span>;
  return (
    <>
      <span class="badge warn">{t("account.email.unverified")}</span>
      <a href="/verify" class="small">
        {t("account.email.confirm")}
      </a>
    </>
  );
}

// What changes nothing but how one is addressed.
function Address({ account, onChange }: Props) {
  const name = useSignal(account.display_name);
  const chosen = useSignal(account.language);
  const saved = useSignal(false);
  const save = useAction(async () => {
    saved.value = false;
    const wanted = { display_name: name.value.trim(), language: chosen.value };
    const changed = {
      ...(wanted.display_name !== account.display_name && { display_name: wanted.display_name }),
      ...(wanted.language !== account.language && { language: wanted.language }),
    };
    if (Object.keys(changed).length > 0) onChange(await api.patch("/v1/me", { body: changed }));
    saved.value = true;
  });
  return (
    <section class="card">
      <Form action={save} fields={["display_name"]}>
        <Field
          label={t("account.display-name")}
          hint={t("account.display-name.hint")}
          value={name}
          mistake={save.failure?.fieldMessage("display_name")}
          autocomplete="nickname"
          required={false}
          input={{ maxLength: 64 }}
        />
        <LetterLanguage chosen={chosen} />
        <div class="row">
          <Button type="submit" kind="primary" busy={save.busy}>
            {t("save")}
          </Button>
          <span role="status" class="muted small">
            {saved.value ? t("saved") : ""}
          </span>
        </div>
      </Form>
    </section>
  );
}

function LetterLanguage({ chosen }: { chosen: Signal<string> }) {
  const id = useId();
  const offered = [...new Set(["", chosen.value, ...settings.letter_languages])];
  return (
    <div class="field">
      <label for={id}>{t("account.language")}</label>
      <select id={id} class="input" value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
        {offered.map((name) => (
          <option key={name} value={name} lang={languageNames[name] && name}>
            {name === "" ? t("account.language.none") : (languageNames[name] ?? name)}
          </option>
        ))}
      </select>
    </div>
  );
}

function UsernameDialog({ account, onChange, onClose }: Props & { onClose: () => void }) {
  const username = useSignal(account.username);
  const password = useSignal("");
  const change = useAction(async () => {
    onChange(await api.patch("/v1/me", { body: { username: username.value.trim(), current_password: password.value } }));
    onClose();
  });
  return (
    <Dialog title={t("account.username.title")} onClose={onClose}>
      <Form action={change} fields={["username", "current_password"]}>
        <Field label={t("username")} hint={t("username.hint")} value={username} mistake={change.failure?.fieldMessage("username")} autocomplete="username" focus input={{ maxLength: 64 }} />
        <Field label={t("password.current")} value={password} mistake={change.failure?.fieldMessage("current_password")} type="password" autocomplete="current-password" />
        <div class="actions">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" kind="primary" busy={change.busy}>
            {t("save")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function EmailDialog({ onChange, onClose }: { onChange: Props["onChange"]; onClose: () => void }) {
  const email = useSignal("");
  const password = useSignal("");
  const sent = useSignal(false);
  const change = useAction(async () => {
    await api.post("/v1/me/email", { body: { email: email.value.trim(), password: password.value } });
    sent.value = true;
  });
  return (
    <Dialog title={t("account.email.title")} onClose={onClose}>
      {sent.value ? (
        <EmailCode email={email.value.trim()} onChange={onChange} onClose={onClose} />
      ) : (
        <Form action={change} fields={["email", "password"]}>
          <p class="muted">{t("account.email.lead")}</p>
          <Field label={t("email")} value={email} mistake={change.failure?.fieldMessage("email")} type="email" autocomplete="email" focus input={{ maxLength: 254 }} />
          <Field label={t("password.current")} value={password} mistake={change.failure?.fieldMessage("password")} type="password" autocomplete="current-password" />
          <div class="actions">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" kind="primary" busy={change.busy}>
              {t("continue")}
            </Button>
          </div>
        </Form>
      )}
    </Dialog>
  );
}

// The link of the mail does the same, also on another device; then this is closed.
function EmailCode({ email, onChange, onClose }: { email: string; onChange: Props["onChange"]; onClose: () => void }) {
  const code = useSignal("");
  const confirm = useAction(async () => {
    await api.post("/v1/email/change", { body: { code: code.value.trim() } });
    onChange({ email, email_verified: true });
    onClose();
  });
  return (
    <Form action={confirm}>
      <Alert kind="good">{t("account.email.sent", { email })}</Alert>
      <Field label={t("code")} hint={t("code.hint")} value={code} autocomplete="one-time-code" code focus input={{ maxLength: 16 }} />
      <div class="actions">
        <Button onClick={onClose}>{t("close")}</Button>
        <Button type="submit" kind="primary" busy={confirm.busy}>
          {t("confirm")}
        </Button>
      </div>
    </Form>
  );
}
