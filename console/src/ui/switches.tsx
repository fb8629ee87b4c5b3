// The language and theme switches of the header and the sign-in page.
import { BulbOutlined, TranslationOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { setLanguage, useTranslation } from "@/lib/i18n";
import { setPreferences, usePreferences, type Language, type Theme } from "@/lib/preferences";

// Languages are named in themselves, so that everybody finds their own.
const languages: Record<Language, string> = { en: "English", "zh-CN": "简体中文" };
const themes: Theme[] = ["light", "dark", "system"];

export function LanguageSwitch() {
  const { t } = useTranslation();
  const { language } = usePreferences();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [language],
        items: Object.entries(languages).map(([key, label]) => ({ key, label })),
        onClick: ({ key }) => void setLanguage(key as Language),
      }}
    >
      <Button
        type="text"
        icon={<TranslationOutlined aria-hidden />}
        aria-label={t("header.language")}
        title={t("header.language")}
        aria-haspopup="menu"
      />
    </Dropdown>
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { theme } = usePreferences();
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        selectable: true,
        selectedKeys: [theme],
        items: themes.map((key) => ({ key, label: t(`header.${key}`) })),
        onClick: ({ key }) => setPreferences({ theme: key as Theme }),
      }}
    >
      <Button
        type="text"
        icon={<BulbOutlined aria-hidden />}
        aria-label={t("header.theme")}
        title={t("header.theme")}
        aria-haspopup="menu"
      />
    </Dropdown>
  );
}
