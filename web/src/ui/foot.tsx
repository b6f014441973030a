import { useSignal } from "@preact/signals";
import { changeLanguage, language, languageNames, languages, t } from "../messages";
import { chooseTheme, theme, type Theme } from "../preferences";

export function Foot() {
  const failed = useSignal(false);
  const change = async (select: HTMLSelectElement) => {
    failed.value = false;
    try {
      await changeLanguage(select.value);
    } catch {
      select.value = language.value;
      failed.value = true;
    }
  };
  return (
    <footer class="foot">
      {languages.length > 1 && (
        <label>
          <span>{t("language")}</span>
          <select value={language.value} onChange={(event) => void change(event.currentTarget)}>
            {languages.map((name) => (
              <option key={name} value={name} lang={name}>
                {languageNames[name]}
              </option>
            ))}
          </select>
        </label>
      )}
      {failed.value && <span role="alert">{t("not-loaded.language")}</span>}
      <label>
        <span>{t("theme")}</span>
        <select value={theme.value} onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}>
          <option value="auto">{t("theme.auto")}</option>
          <option value="light">{t("theme.light")}</option>
          <option value="dark">{t("theme.dark")}</option>
        </select>
      </label>
    </footer>
  );
}
