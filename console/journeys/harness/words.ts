// The console's own texts by their keys: journeys find buttons and fields by what a reader of that language sees.
import { createInstance, type TFunction } from "i18next";
import type { Language } from "@/lib/preferences";
import { chinese } from "@/lib/i18n/chinese";
import { english, type Resources } from "@/lib/i18n/resources";

export type Words = TFunction<(keyof Resources)[]>;

export function wordsOf(language: Language): Words {
  const texts = createInstance({
    lng: language,
    fallbackLng: "en",
    resources: { en: english, "zh-CN": chinese },
    ns: Object.keys(english),
    defaultNS: "common",
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  void texts.init();
  return texts.t as unknown as Words;
}
