import type { Signal } from "@preact/signals";
import type { ApiFailure } from "../api/problem";
import { t } from "../messages";
import { settings } from "../settings";
import { Field } from "../ui/field";

interface Props {
  value: Signal<string>;
  failure: ApiFailure | null;
  field: string; // as the server calls it
  label?: string;
  hint?: string; // of one that may be left out
}

// No maxLength: a browser would cut what is pasted, in silence, and the password would be another than its owner's. The
// server counts, and says so.
export function NewPassword({ value, failure, field, label, hint }: Props) {
  return (
    <Field
      label={label ?? t("password.new")}
      hint={[t("password.hint", { min: settings.password_min }), hint].filter(Boolean).join(" ")}
      required={hint === undefined}
      mistake={failure?.fieldMessage(field)}
      value={value}
      type="password"
      autocomplete="new-password"
      input={{ minLength: settings.password_min }}
    />
  );
}
