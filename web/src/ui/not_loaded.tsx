import { t } from "../messages";
import { Alert } from "./alert";
import { Button } from "./button";
import { Entry } from "./entry";

// Instead of a page whose part of the program could not be fetched. A browser asks for it again only with a new document.
export function NotLoaded() {
  return (
    <Entry title={t("not-loaded.title")}>
      <Alert kind="bad">{t("not-loaded.lead")}</Alert>
      <Button kind="primary" wide onClick={() => location.reload()}>
        {t("again")}
      </Button>
    </Entry>
  );
}
