// The providers around every page: theme, Ant Design's language, queries, router.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App, ConfigProvider, theme } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useLayoutEffect } from "react";
import { useTranslation } from "@/lib/i18n";
import { useIsDark } from "@/lib/preferences";
import { consoleTheme } from "@/ui/theme";
import { queryClient, router } from "./router";

const light = consoleTheme(false);
const dark = consoleTheme(true);

export function Console() {
  const isDark = useIsDark();
  const { i18n } = useTranslation();
  return (
    <ConfigProvider
      theme={isDark ? dark : light}
      locale={i18n.language === "zh-CN" ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
    >
      <App style={{ height: "100%" }} component="div">
        <Surface isDark={isDark} />
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}

/** Hands the theme's colours to the page itself and to console.css. */
function Surface({ isDark }: { isDark: boolean }) {
  const { token } = theme.useToken();
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    style.colorScheme = isDark ? "dark" : "light";
    style.background = token.colorBgLayout;
    style.setProperty("--maquette-surface", token.colorBgContainer);
    style.setProperty("--maquette-line", token.colorBorderSecondary);
    style.setProperty("--maquette-focus", token.colorPrimary);
  }, [isDark, token]);
  return null;
}
