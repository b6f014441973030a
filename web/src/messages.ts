import { signal } from "@preact/signals";
import { chooseLanguage, chosenLanguage } from "./preferences";
import { settings } from "./settings";
import type english from "./messages/en.json";

// Every text a person reads comes from messages/LANGUAGE.json; the keys of English are the keys there are.
export type MessageKey = keyof typeof english;
type Messages = Record<MessageKey, string>;

const loaders: Record<string, () => Promise<{ default: Messages }>> = {
  en: () => import("./messages/en.json"),
  de: () => import("./messages/de.json"),
};

const builtIn = Object.keys(loaders);
const wanted = settings.languages.filter((name) => builtIn.includes(name));
export const languages = wanted.length > 0 ? wanted : builtIn;
export const languageNames: Record<string, string> = { en: "English", de: "Deutsch" };

// In what language somebody who begins here is likely to want letters. Empty: where the installation's own is none that
// pages are in, that of the page says nothing about its readers.
export function letterLanguage(): string {
  return languages.includes(settings.letter_languages[0] ?? "") ? language.value : "";
}

export const language = signal("en");
const messages = signal<Messages | null>(null);

// The one chosen, else the first of the browser's that there is, else the first there is.
function preferred(): string {
  const asked = [chosenLanguage.value ?? "", ...navigator.languages].map((name) => name.split("-")[0] ?? "");
  return asked.find((name) => languages.includes(name)) ?? languages[0] ?? "en";
}

export async function loadMessages(name = preferred()): Promise<void> {
  const load = loaders[name];
  if (load === undefined) return;
  messages.value = (await load()).default;
  language.value = name;
  document.documentElement.lang = name;
}

export async function changeLanguage(name: string): Promise<void> {
  await loadMessages(name);
  chooseLanguage(name);
}

export type Values = Record<string, string | number>;

// The text of a key with `{name}` filled in. REQUIRES: loadMessages() has been awaited.
export function t(key: MessageKey, values: Values = {}): string {
  const text = messages.value?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

// `key.one` where the language counts so, `key.other` where not.
export function tCount(key: string, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}` as MessageKey, { ...values, count: formatNumber(count) });
}

// The text of a key that was put together, or nothing when there is none.
export function tMaybe(key: string, values: Values = {}): string | undefined {
  return messages.value !== null && key in messages.value ? t(key as MessageKey, values) : undefined;
}

// The browser's own kind of the language where it has one (en-GB writes dates in another way than en-US).
function locale(): string {
  return navigator.languages.find((name) => name.split("-")[0] === language.value) ?? language.value;
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(locale(), options).format(value);
}
export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}
export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long" }).format(new Date(iso));
}

export function formatHour(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

// "3 minutes ago", in words of the language.
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(0, "minute");
}
