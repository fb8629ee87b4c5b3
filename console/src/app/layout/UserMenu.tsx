import { LogoutOutlined, UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown, Typography } from "antd";
import { usePlatform } from "@/api/platform";
import { signOut, useSession } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { useNotify } from "@/ui";

export function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const platform = usePlatform();
  const client = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();

  async function leave() {
    try {
      await signOut();
    } catch (error) {
      notify.error(error);
      return;
    }
    await navigate({ to: "/sign-in" });
    client.clear();
  }

  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          {
            key: "who",
            type: "group",
            label: (
              <div style={{ lineHeight: 1.5 }}>
                <div>
                  <Typography.Text strong>
                    {user.domain}/{user.name}
                  </Typography.Text>
                </div>
                {user.administrator && <div>{t("header.administrator")}</div>}
                {platform.data && <div>{t("header.version", { version: platform.data.version })}</div>}
              </div>
            ),
          },
          { type: "divider" },
          { key: "out", icon: <LogoutOutlined aria-hidden />, label: t("header.signOut"), onClick: () => void leave() },
        ],
      }}
    >
      <Button type="text" icon={<UserOutlined aria-hidden />} aria-haspopup="menu">
        <span style={{ maxWidth: 140, overflow: "hidden", textOverflow: "ellipsis" }}>{user.name}</span>
      </Button>
    </Dropdown>
  );
}
