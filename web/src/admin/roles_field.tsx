import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api } from "../api/client";
import { t } from "../messages";
import { Field } from "../ui/field";
import { useLoad } from "../ui/load";
import { words } from "./words";

interface Props {
  value: Signal<string>; // their names between blanks
  mistake: string | undefined;
}

// The roles that there are, to be ticked; for who may not read them, a field for their names.
export function RolesField({ value, mistake }: Props) {
  const id = useId();
  const known = useLoad(async () => Object.keys((await api.get("/v1/admin/roles")).roles));
  if (known.failure) return <Field label={t("accounts.roles")} hint={t("accounts.roles.hint")} value={value} mistake={mistake} required={false} />;
  const chosen = words(value.value);
  const toggle = (name: string) => (value.value = (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]).join(" "));
  // One that somebody has taken out of the matrix since may still be held.
  const names = [...new Set([...(known.value ?? []), ...chosen])].sort();
  return (
    <fieldset class="field choices" aria-describedby={mistake ? id : undefined}>
      <legend class="legend">{t("accounts.roles")}</legend>
      {names.map((name) => (
        <label key={name}>
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} /> {name}
        </label>
      ))}
      {mistake && (
        <span id={id} class="mistake">
          {mistake}
        </span>
      )}
    </fieldset>
  );
}
