import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  title: string;
  onClose: () => void; // Escape counts, if it is not `once`
  once?: boolean; // what it shows is shown this once: only its own button closes it
  children: ComponentChildren;
}

// To where it was, or to the heading where that is gone: else who uses a keyboard begins at the top of the page.
function focusAgain(before: HTMLElement | null): void {
  const there = before !== document.body && before?.isConnected;
  (there ? before : document.querySelector("h1"))?.focus();
}

// A modal dialog of the browser's own: it keeps the focus inside and gives it back.
export function Dialog({ title, onClose, once = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    // Once it is gone itself: until then nothing behind it takes the focus.
    return () => queueMicrotask(() => focusAgain(before));
  }, []);
  // The next step of it may have replaced what had the focus.
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    const next = dialog.current?.querySelector<HTMLElement>("[autofocus]") ?? dialog.current?.querySelector("button");
    next?.focus();
  });
  const cancel = (event: Event) => {
    event.preventDefault();
    if (!once) onClose();
  };
  return (
    // Chromium closes it at a second Escape, whatever becomes of the first.
    <dialog ref={dialog} aria-labelledby={id} onCancel={cancel} onClose={() => once && dialog.current?.showModal()}>
      <div class="body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
