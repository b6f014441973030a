import { solving } from "../challenge/challenge";
import { t } from "../messages";

// Seconds in which nothing else is to be seen need a word.
export function ChallengeNote() {
  return (
    <p class="note small muted" role="status">
      {solving.value ? t("challenge.solving") : ""}
    </p>
  );
}
