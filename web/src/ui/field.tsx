import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { t } from "../messages";
import { Icon } from "./icons";

interface Props {
  label: string;
  value: Signal<string>;
  hint?: string | undefined;
  mistake?: string | undefined; // what is wrong with it, in words
  type?: "text" | "email" | "password" | "search" | "date";
  autocomplete?: string;
  required?: boolean;
  focus?: boolean;
  code?: boolean; // digits or letters to be typed from elsewhere
  input?: JSX.InputHTMLAttributes<HTMLInputElement>;
}

export function Field({ label, value, hint, mistake, type = "text", autocomplete, required = true, focus, code, input }: Props) {
  const id = useId();
  const shown = useSignal(false);
  const secret = type === "password";
  const notes = [hint ? `${id}-hint` : "", mistake ? `${id}-mistake` : ""].filter(Boolean).join(" ");
  const control = (
    <input
      id={id}
      class={code ? "input code" : "input"}
      type={secret && shown.value ? "text" : type}
      name={autocomplete?.split(" ")[0] ?? id}
      value={value.value}
      onInput={(event) => (value.value = event.currentTarget.value)}
      required={required}
      autoFocus={focus}
      autocomplete={autocomplete ?? "off"}
      autocapitalize="none"
      spellcheck={false}
      aria-invalid={mistake ? true : undefined}
      aria-describedby={notes || undefined}
      {...input}
    />
  );
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {secret ? (
        <div class="with-button">
          {control}
          <button type="button" aria-pressed={shown.value} aria-label={t("password.show")} onClick={() => (shown.value = !shown.value)}>
            <Icon name={shown.value ? "eyeOff" : "eye"} />
          </button>
        </div>
      ) : (
        control
      )}
      {hint && (
        <span id={`${id}-hint`} class="hint">
          {hint}
        </span>
      )}
      {mistake && (
        <span id={`${id}-mistake`} class="mistake">
          {mistake}
        </span>
      )}
    </div>
  );
}
