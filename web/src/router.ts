import { computed, signal } from "@preact/signals";

// Where the page is. The server answers every page's path with the same document; which page it is, is decided here.
const location_ = signal(location.pathname);
export const path = computed(() => location_.value);

// Until the function that it answers is called, whoever leaves the page is asked first; `ask` says whether to go.
let mayLeave = () => true;
export function holdPage(ask: () => boolean): () => void {
  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  mayLeave = ask;
  addEventListener("beforeunload", warn);
  return () => {
    mayLeave = () => true;
    removeEventListener("beforeunload", warn);
  };
}

function isElsewhere(to: string): boolean {
  return new URL(to, location.href).pathname !== location_.value;
}

export function goTo(to: string, options: { replace?: boolean } = {}): void {
  if (isElsewhere(to) && !mayLeave()) return;
  if (options.replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  location_.value = location.pathname;
  scrollTo(0, 0);
}

// A text that the page finds again when one comes back to it. It stays with the page's place in the history, and is never
// in the address: it may be somebody's.
export function keepHere(text: string): void {
  history.replaceState({ kept: text }, "");
}
export function keptHere(): string {
  const kept = (history.state as { kept?: unknown } | null)?.kept;
  return typeof kept === "string" ? kept : "";
}

// Takes the query and the fragment out of the address, so that what they held is not kept in the history.
export function forgetParameters(): void {
  history.replaceState(null, "", location.pathname);
}

// Links to our own pages change the path without loading the document again; everything else stays the browser's.
export function followLinks(isOurs: (path: string) => boolean): void {
  addEventListener("popstate", () => {
    // The browser has gone there already.
    if (isElsewhere(location.href) && !mayLeave()) return history.pushState(null, "", location_.value);
    location_.value = location.pathname;
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target !== "" || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (!isOurs(link.pathname) || link.hash !== "") return;
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
}
