import type { Signal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { api } from "../api/client";
import { t } from "../messages";
import { Field } from "../ui/field";
import { useLoad, type Loaded } from "../ui/load";
import { words } from "./words";

interface Roles {
  names: string[];
  beyond: string[]; // of them, those that the caller may not give: who has one is beyond the caller
}

// The roles that there are. Fails for who may not read them.
export function useRoles(): Loaded<Roles> {
  return useLoad(async () => {
    const { roles, grantable } = await api.get("/v1/admin/roles");
    const names = Object.keys(roles).sort();
    return { names, beyond: names.filter((name) => !grantable.includes(name)) };
  });
}

interface Props {
  known: Loaded<Roles>;
  value: Signal<string>; // their names between blanks
  mistake: string | undefined;
}

// The roles that there are, to be ticked as far as the server lets the caller give them; for who may not read them, a
// field for their names.
export function RolesField({ known, value, mistake }: Props) {
  const id = useId();
  const { names, beyond } = known.value ?? { names: [], beyond: [] };
  // What a form proposes, or an account has left of a role that there is no more, could not be saved, or taken back.
  useEffect(() => {
    if (known.value) value.value = words(value.value).filter((name) => names.includes(name) && !beyond.includes(name)).join(" ");
  }, [known.value]);
  if (known.failure) return <Field label={t("accounts.roles")} hint={t("accounts.roles.hint")} value={value} mistake={mistake} required={false} />;
  const reason = beyond.length > 0 && t("accounts.roles.beyond");
  const chosen = words(value.value);
  const toggle = (name: string) => (value.value = (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]).join(" "));
  const notes = [reason ? `${id}-reason` : "", mistake ? `${id}-mistake` : ""].filter(Boolean).join(" ");
  return (
    <fieldset class="field choices" aria-describedby={notes || undefined}>
      <legend class="legend">{t("accounts.roles")}</legend>
      {names.map((name) => (
        <RoleBox key={name} name={name} ticked={chosen.includes(name)} locked={beyond.includes(name)} reason={reason ? `${id}-reason` : undefined} onToggle={toggle} />
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
