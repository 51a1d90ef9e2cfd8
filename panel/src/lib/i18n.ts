/** Words in three languages: pt-BR first. Shell and common words come with the language, a page's words with the page. */
import { createI18n } from "vue-i18n";
import { keep, recall } from "./storage";

export const LOCALES = ["pt-BR", "en", "es"] as const;
export type Locale = (typeof LOCALES)[number];
interface Words {
  [key: string]: string | Words;
}

const shared = import.meta.glob<{ default: Words }>("../i18n/*/*.json");
const ofPages = import.meta.glob<{ default: Words }>("../pages/*/i18n/*.json");
const SHARED = ["shell", "common"] as const;

export const i18n = createI18n({
  legacy: false,
  locale: "pt-BR",
  fallbackLocale: false,
  messages: { "pt-BR": {}, en: {}, es: {} } as { [locale: string]: Words },
  missingWarn: false,
  fallbackWarn: false,
});

const loaded = new Set<string>();
const areas = new Set<string>();

async function load(files: Record<string, () => Promise<{ default: Words }>>, path: string, area: string, locale: Locale) {
  if (loaded.has(path)) return;
  const file = files[path];
  if (file === undefined) return;
  const words = (await file()).default;
  i18n.global.mergeLocaleMessage(locale, { [area]: words });
  loaded.add(path);
}

async function loadAll(locale: Locale): Promise<void> {
  await Promise.all([
    ...SHARED.map((area) => load(shared, `../i18n/${area}/${locale}.json`, area, locale)),
    ...[...areas].map((area) => load(ofPages, `../pages/${area}/i18n/${locale}.json`, area, locale)),
  ]);
}

function isLocale(value: string | null): value is Locale {
  return LOCALES.includes(value as Locale);
}

/** The kept language, else the browser's, else Portuguese. */
export function preferredLocale(): Locale {
  const asked = new URLSearchParams(location.search).get("lang");
  if (isLocale(asked)) return asked;
  const kept = recall("sdr.locale");
  if (isLocale(kept)) return kept;
  const language = navigator.language.slice(0, 2);
  return language === "es" ? "es" : language === "en" ? "en" : "pt-BR";
}

/** Changes the language once its words are there. */
export async function setLocale(locale: Locale): Promise<void> {
  await loadAll(locale);
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
}

/** Keeps the person's choice. */
export async function chooseLocale(locale: Locale): Promise<void> {
  keep("sdr.locale", locale);
  await setLocale(locale);
}

/** Makes a page's words come with the language's. */
export function expectArea(area: string): void {
  areas.add(area);
}

/** Loads a page's words, `pages/<area>/i18n/<locale>.json`, found under the key `<area>`. */
export async function loadArea(area: string): Promise<void> {
  areas.add(area);
  const locale = i18n.global.locale.value as Locale;
  await load(ofPages, `../pages/${area}/i18n/${locale}.json`, area, locale);
}
