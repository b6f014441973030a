import { changeLanguage, language, languageNames, languages, t } from "../messages";
import { chooseTheme, theme, type Theme } from "../preferences";

export function Foot() {
  return (
    <footer class="foot">
      {languages.length > 1 && (
        <label>
          <span>{t("language")}</span>
          <select value={language.value} onChange={(event) => void changeLanguage(event.currentTarget.value)}>
            {languages.map((name) => (
              <option key={name} value={name} lang={name}>
                {languageNames[name]}
              </option>
            ))}
          </select>
        </label>
      )}
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
