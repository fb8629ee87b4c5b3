import { Link } from "@tanstack/react-router";
import { Flex, Layout, theme } from "antd";
import { TasksButton } from "@/features/tasks/TasksButton";
import { Logo } from "@/ui";
import { LanguageSwitch, ThemeSwitch } from "@/ui/switches";
import { ScopeSwitch } from "./ScopeSwitch";
import { UserMenu } from "./UserMenu";

export function Header() {
  const { token } = theme.useToken();
  return (
    <Layout.Header
      style={{
        display: "flex",
        alignItems: "center",
        gap: 20,
        lineHeight: 1.4,
        borderBottom: `1px solid ${token.colorBorderSecondary}`,
      }}
    >
      <Link to="/" style={{ display: "flex", alignItems: "center", gap: 10, color: token.colorTextHeading }}>
        <Logo size={26} />
        <strong style={{ fontSize: 16, letterSpacing: 0.2 }}>Maquette</strong>
      </Link>
      <ScopeSwitch />
      <Flex gap={4} align="center" style={{ marginInlineStart: "auto" }}>
        <TasksButton />
        <LanguageSwitch />
        <ThemeSwitch />
        <UserMenu />
      </Flex>
    </Layout.Header>
  );
}
