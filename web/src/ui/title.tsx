import { useEffect, useRef } from "preact/hooks";
import { settings } from "../settings";

let first = true;

// The page's heading. It names the document, and takes the focus when a page replaces another, so that a screen reader
// says where one has come to.
export function Title({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · ${settings.name}`;
  }, [children]);
  useEffect(() => {
    const nothingChosen = document.activeElement === document.body || document.activeElement === null;
    if (!first && (nothingChosen || !document.activeElement?.matches("input"))) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
