// The console's languages. English is always there as the fallback; Chinese is a chunk of its own.
import i18next from "i18next";
import { useMemo } from "react";
import { initReactI18next, useTranslation } from "react-i18next";
import { formatBytes, formatDuration, formatNumber, formatPercent, formatRelative, formatTime } from "../format";
import { preferences, setPreferences, type Language } from "../preferences";
import { english, type Resources } from "./resources";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: Resources;
  }
}

async function loadLanguage(language: Language): Promise<void> {
  if (language === "zh-CN" && !i18next.hasResourceBundle("zh-CN", "common")) {
    const { chinese } = await import("./chinese");
    for (const [namespace, texts] of Object.entries(chinese)) i18next.addResourceBundle("zh-CN", namespace, texts);
  }
}

/** Load the chosen language; the page is drawn after this. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: english },
    defaultNS: "common",
    interpolation: { escapeValue: false },
  });
  await setLanguage(preferences().language);
}

export async function setLanguage(language: Language): Promise<void> {
  await loadLanguage(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (preferences().language !== language) setPreferences({ language });
}

/** The formatting functions of lib/format, bound to the current language. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(
    () => ({
      number: (value: number) => formatNumber(value, language),
      percent: (fraction: number, digits?: number) => formatPercent(fraction, language, digits),
      bytes: (value: number) => formatBytes(value, language),
      time: (value: number | string | Date) => formatTime(value, language),
      relative: (value: number | string | Date) => formatRelative(value, language),
      duration: (milliseconds: number) => formatDuration(milliseconds, language),
    }),
    [language],
  );
}

export { i18next, useTranslation };
