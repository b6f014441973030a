import { t } from "../messages";
import { Entry } from "./entry";

export function NotFound() {
  return (
    <Entry title={t("not-found.title")} lead={t("problem.not-found")}>
      <a class="button primary wide" href="/account">
        {t("link.account")}
      </a>
    </Entry>
  );
}
