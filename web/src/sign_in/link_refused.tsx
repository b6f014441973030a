import { t } from "../messages";
import { Alert } from "../ui/alert";

interface Props {
  help: string;
  to: string;
  link: string;
}

// A link that was used, or is too old: instead of the form, which would only be refused again, what helps.
export function LinkRefused({ help, to, link }: Props) {
  return (
    <>
      <Alert kind="bad">{t("link.refused")}</Alert>
      <p>{help}</p>
      <a class="button primary wide" href={to}>
        {link}
      </a>
    </>
  );
}
