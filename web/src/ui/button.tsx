import type { ComponentChildren } from "preact";

interface Props {
  children: ComponentChildren;
  kind?: "primary" | "plain" | "quiet" | "danger";
  busy?: boolean;
  wide?: boolean;
  small?: boolean;
  type?: "button" | "submit";
  pressed?: boolean; // one of several that are chosen among
  label?: string; // for screen readers, where the words alone don't say which one
  onClick?: () => unknown;
}

// Stays focusable while it is busy: who uses a keyboard keeps the place.
export function Button({ children, kind = "plain", busy = false, wide = false, small = false, type = "button", pressed, label, onClick }: Props) {
  const names = ["button", kind, wide ? "wide" : "", small ? "small" : ""].filter(Boolean).join(" ");
  const press = (event: Event) => {
    if (busy) event.preventDefault();
    else onClick?.();
  };
  return (
    <button type={type} class={names} aria-disabled={busy} aria-label={label} aria-pressed={pressed} onClick={press}>
      {busy && <span class="spinner" aria-hidden="true" />}
      <span class="label">{children}</span>
    </button>
  );
}
