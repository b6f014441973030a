import { useSignal } from "@preact/signals";
import { t } from "../messages";
import { settings } from "../settings";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { saveFile } from "../ui/save_file";

// Shown once: the server keeps only what checks them.
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const copied = useSignal(false);
  const text = codes.join("\n") + "\n";
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
  };
  return (
    <Dialog title={t("security.codes")} onClose={onClose}>
      <Alert kind="warn">{t("security.codes.keep")}</Alert>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="row">
        <Button small onClick={copy}>
          {copied.value ? t("copied") : t("copy")}
        </Button>
        <Button small onClick={() => saveFile(`${settings.name}-recovery-codes.txt`, "text/plain", text)}>
          {t("security.codes.download")}
        </Button>
      </div>
      <div class="actions">
        <Button kind="primary" onClick={onClose}>
          {t("security.codes.kept")}
        </Button>
      </div>
    </Dialog>
  );
}
