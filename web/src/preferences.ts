import { signal } from "@preact/signals";

// What a person chose for this browser: nothing else of ours stays in it. Signing out clears the storage of the site
// (Clear-Site-Data), so keep() writes the choices again.
export type Theme = "auto" | "light" | "dark";

const themeKey = "gatehouse.theme";
const languageKey = "gatehouse.language";

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be forbidden; then a choice lasts as long as the page
  }
}

function isTheme(text: string | null): text is Theme {
  return text === "auto" || text === "light" || text === "dark";
}

const storedTheme = stored(themeKey);
export const theme = signal<Theme>(isTheme(storedTheme) ? storedTheme : "auto");
export const chosenLanguage = signal<string | null>(stored(languageKey));

export function chooseTheme(value: Theme): void {
  theme.value = value;
  keep();
}

export function chooseLanguage(value: string): void {
  chosenLanguage.value = value;
  keep();
}

export function keep(): void {
  document.documentElement.dataset["theme"] = theme.value;
  try {
    if (theme.value === "auto") localStorage.removeItem(themeKey);
    else localStorage.setItem(themeKey, theme.value);
    if (chosenLanguage.value !== null) localStorage.setItem(languageKey, chosenLanguage.value);
  } catch {
    // as above
  }
}
