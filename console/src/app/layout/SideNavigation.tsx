import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Link, useLocation } from "@tanstack/react-router";
import { Button, Layout, Menu, theme, type MenuProps } from "antd";
import { useTranslation } from "@/lib/i18n";
import { setPreferences, usePreferences } from "@/lib/preferences";
import { navigation, type NavPage } from "../navigation";

export function SideNavigation() {
  const { t } = useTranslation();
  const { folded } = usePreferences();
  const { token } = theme.useToken();
  const { pathname } = useLocation();

  const pages = navigation.flatMap((section) => section.pages);
  const here = pages
    .filter((page) => pathname === page.to || (page.to !== "/" && pathname.startsWith(`${page.to}/`)))
    .map((page) => page.to);

  const entry = (page: NavPage) => ({
    key: page.to,
    icon: page.icon,
    label: <Link to={page.to}>{t(`nav.${page.label}`)}</Link>,
    title: t(`nav.${page.label}`),
  });
  const items = navigation.flatMap((section): NonNullable<MenuProps["items"]> =>
    section.label && !folded
      ? [{ type: "group" as const, label: t(`nav.${section.label}`), children: section.pages.map(entry) }]
      : section.pages.map(entry),
  );

  return (
    <Layout.Sider
      width={220}
      collapsedWidth={52}
      collapsed={folded}
      style={{ borderInlineEnd: `1px solid ${token.colorBorderSecondary}` }}
    >
      <div style={{ display: "flex", flexDirection: "column", height: "100%" }}>
        <nav aria-label={t("nav.label")} style={{ flex: 1, overflow: "auto", paddingTop: 8 }}>
          <Menu mode="inline" selectedKeys={here} items={items} style={{ border: 0 }} />
        </nav>
        <Button
          type="text"
          style={{ margin: 8 }}
          aria-label={folded ? t("nav.unfold") : t("nav.fold")}
          title={folded ? t("nav.unfold") : t("nav.fold")}
          icon={folded ? <MenuUnfoldOutlined aria-hidden /> : <MenuFoldOutlined aria-hidden />}
          onClick={() => setPreferences({ folded: !folded })}
        />
      </div>
    </Layout.Sider>
  );
}
