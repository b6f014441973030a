import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api } from "../api/client";
import { t } from "../messages";
import { Field } from "../ui/field";
import { useLoad } from "../ui/load";
import { words } from "./words";

interface Props {
  value: Signal<string>; // their names between blanks
  held?: string[]; // what the account has already; none: it is still to be made
  mistake: string | undefined;
}

// The roles that there are, to be ticked as far as the server lets the caller give them; for who may not read them, a
// field for their names.
export function RolesField({ value, held = [], mistake }: Props) {
  const id = useId();
  const known = useLoad(async () => {
    const { roles, grantable } = await api.get("/v1/admin/roles");
    const beyond = Object.keys(roles).filter((name) => !grantable.includes(name));
    // What a form only proposes is not to stand there ticked where it could not be taken back.
    value.value = words(value.value).filter((name) => held.includes(name) || !beyond.includes(name)).join(" ");
    return { names: Object.keys(roles), beyond };
  });
  if (known.failure) return <Field label={t("accounts.roles")} hint={t("accounts.roles.hint")} value={value} mistake={mistake} required={false} />;
  const beyond = known.value?.beyond ?? [];
  const reachable = known.value !== null && !held.some((name) => beyond.includes(name));
  const reason = beyond.length > 0 && t(reachable ? "accounts.roles.beyond" : "accounts.roles.beyond.held");
  const chosen = words(value.value);
  const toggle = (name: string) => (value.value = (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]).join(" "));
  // One that somebody has taken out of the matrix since may still be held.
  const names = [...new Set([...(known.value?.names ?? []), ...chosen])].sort();
  const notes = [reason ? `${id}-reason` : "", mistake ? `${id}-mistake` : ""].filter(Boolean).join(" ");
  return (
    <fieldset class="field choices" aria-describedby={notes || undefined}>
      <legend class="legend">{t("accounts.roles")}</legend>
      {names.map((name) => (
        <RoleBox key={name} name={name} ticked={chosen.includes(name)} locked={!reachable || beyond.includes(name)} reason={reason ? `${id}-reason` : undefined} onToggle={toggle} />
      ))}
      {reason && (
        <span id={`${id}-reason`} class="hint">
          {reason}
        </span>
      )}
      {mistake && (
        <span id={`${id}-mistake`} class="mistake">
          {mistake}
        </span>
      )}
    </fieldset>
  );
}

interface BoxProps {
  name: string;
  ticked: boolean;
  locked: boolean;
  reason: string | undefined; // the id of what says why it is locked
  onToggle: (name: string) => void;
}

function RoleBox({ name, ticked, locked, reason, onToggle }: BoxProps) {
  return (
    <label>
      <input type="checkbox" checked={ticked} disabled={locked} aria-describedby={locked ? reason : undefined} onChange={() => onToggle(name)} /> {name}
    </label>
  );
}
