import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { t } from "../messages";
import { Button } from "./button";

// Browsers let no page copy that came by plain HTTP, or was not allowed to: there the text is marked, to be copied by hand.
export function CopyButton({ text, shownIn }: { text: string; shownIn: RefObject<HTMLElement> }) {
  const outcome = useSignal<"copied" | "by-hand" | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      outcome.value = "copied";
    } catch {
      getSelection()?.selectAllChildren(shownIn.current!);
      outcome.value = "by-hand";
    }
  };
  return (
    <>
      <Button small onClick={copy}>
        {t(outcome.value === "copied" ? "copied" : "copy")}
      </Button>
      <span role="status" class="small">
        {outcome.value === "by-hand" ? t("copy.by-hand") : ""}
      </span>
    </>
  );
}
