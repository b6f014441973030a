import { useRef } from "preact/hooks";
import { t } from "../messages";
import { settings } from "../settings";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/copy_button";
import { Dialog } from "../ui/dialog";
import { saveFile } from "../ui/save_file";

// Shown once: the server keeps only what checks them.
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const list = useRef<HTMLUListElement>(null);
  const text = codes.join("\n") + "\n";
  return (
    <Dialog title={t("security.codes")} onClose={onClose} once>
      <Alert kind="warn">{t("security.codes.keep")}</Alert>
      <ul class="codes" ref={list}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="row">
        <CopyButton text={text} shownIn={list} />
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
