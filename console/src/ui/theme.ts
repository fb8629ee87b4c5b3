// The console's look on top of Ant Design: a quiet, dense theme whose texts reach WCAG AA (4.5:1) on every surface.
// Ant Design's own tertiary text, placeholder, success, warning and error colours do not; they are set here, once.
import { theme as antd, type ThemeConfig } from "antd";

const fontFamily =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
const fontFamilyCode = 'ui-monospace, "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace';

const shared = {
  fontFamily,
  fontFamilyCode,
  fontSize: 14,
  borderRadius: 4,
  wireframe: false,
  motionDurationMid: "0.15s",
  motionDurationSlow: "0.2s",
};

const light: ThemeConfig = {
  algorithm: antd.defaultAlgorithm,
  token: {
    ...shared,
    colorPrimary: "#2a5bd7",
    colorInfo: "#2a5bd7",
    colorLink: "#2450c0",
    colorSuccess: "#23780f",
    colorWarning: "#8f5a00",
    colorError: "#c4232b",
    // Under the pointer texts get darker: Ant Design's lighter shades fall below the contrast.
    colorPrimaryHover: "#1f49b4",
    colorPrimaryActive: "#183a90",
    colorLinkHover: "#183a90",
    colorLinkActive: "#122c6e",
    colorErrorHover: "#a31a22",
    colorErrorActive: "#86131a",
    // Ant Design derives these from the colours above, which are too dark for that.
    colorSuccessBg: "#effaec",
    colorSuccessBorder: "#a9d99b",
    colorWarningBg: "#fff8e8",
    colorWarningBorder: "#edcf8c",
    colorTextSecondary: "#4a5160",
    colorTextTertiary: "#5b6372",
    colorTextDescription: "#5b6372",
    colorTextPlaceholder: "#666e7d",
    colorTextHeading: "#161b26",
    colorText: "#232936",
    colorBgLayout: "#f4f5f8",
    colorBorderSecondary: "#e6e8ee",
    colorBorder: "#ccd1dc",
  },
  components: {
    Layout: { headerBg: "#ffffff", siderBg: "#ffffff" },
    Menu: { itemSelectedBg: "#e8eefc", itemSelectedColor: "#2450c0" },
  },
};

const dark: ThemeConfig = {
  algorithm: antd.darkAlgorithm,
  token: {
    ...shared,
    colorPrimary: "#7fa8ff",
    colorInfo: "#7fa8ff",
    colorLink: "#a3c0ff",
    colorSuccess: "#6fcf4f",
    colorWarning: "#f0b045",
    colorError: "#ff9d98",
    colorTextSecondary: "#b6bccb",
    colorTextTertiary: "#9ba3b4",
    colorTextDescription: "#9ba3b4",
    colorTextPlaceholder: "#929aab",
    colorTextHeading: "#eef0f5",
    colorText: "#dde1ea",
    colorBgBase: "#12151b",
    colorBgLayout: "#0f1217",
    colorBgContainer: "#171b22",
    colorBgElevated: "#1f242d",
    colorBorderSecondary: "#2a303b",
    colorBorder: "#3b4352",
  },
  components: {
    Layout: { headerBg: "#171b22", siderBg: "#171b22" },
    Menu: { itemSelectedBg: "#22304f", itemSelectedColor: "#a5c1ff" },
    // On the light blue and red of the dark theme only dark text is legible.
    Button: { primaryColor: "#0d1420", dangerColor: "#1d0d0e" },
    Badge: { colorTextLightSolid: "#0d1420" },
    Table: { rowSelectedBg: "#1c2740", rowSelectedHoverBg: "#202d4a" },
  },
};

const dense: NonNullable<ThemeConfig["components"]> = {
  Menu: { itemHeight: 34, itemMarginInline: 8, groupTitleFontSize: 12, itemBorderRadius: 4, activeBarBorderWidth: 0 },
  Layout: { headerHeight: 48, headerPadding: "0 16px" },
  Table: { cellPaddingBlockSM: 7, headerBorderRadius: 4 },
  Tabs: { horizontalMargin: "0 0 12px" },
};

/** The Ant Design theme for light or dark pages. */
export function consoleTheme(isDark: boolean): ThemeConfig {
  const base = isDark ? dark : light;
  const components: Record<string, object> = { ...base.components };
  for (const [name, tokens] of Object.entries(dense)) components[name] = { ...tokens, ...components[name] };
  return { ...base, components };
}
