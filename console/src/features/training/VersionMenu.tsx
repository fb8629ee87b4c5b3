// The versions of a job, newest first, as links.
import { SwapOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, theme } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Duration, Time } from "@/ui";
import type { Version } from "./queries";
import { StateTag } from "./StateTag";

export interface VersionMenuProps {
  versions: Version[];
  chosen: number | null;
  comparing: boolean;
}

export function VersionMenu({ versions, chosen, comparing }: VersionMenuProps) {
  const { t } = useTranslation("training");
  const { token } = theme.useToken();
  return (
    <nav
      className="maquette-panel"
      aria-label={t("versions")}
      style={{ width: 248, flex: "none", padding: 8, display: "flex", flexDirection: "column", gap: 6, minHeight: 0 }}
    >
      {versions.length > 1 && (
        <Link to="." search={(old) => ({ ...old, compare: true })}>
          <Button block icon={<SwapOutlined aria-hidden />} tabIndex={-1} type={comparing ? "primary" : "default"}>
            {t("compare")}
          </Button>
        </Link>
      )}
      <ul style={{ listStyle: "none", margin: 0, padding: 0, overflow: "auto", flex: 1 }}>
        {versions.map((version) => {
          const current = version.version_id === chosen;
          return (
            <li key={version.version_id}>
              <Link
                to="."
                search={(old) => ({ ...old, version: version.version_id, compare: undefined })}
                aria-current={current ? "true" : undefined}
                style={{
                  display: "grid",
                  gridTemplateColumns: "1fr auto",
                  gap: "2px 8px",
                  padding: "7px 10px",
                  borderRadius: token.borderRadius,
                  color: token.colorText,
                  background: current ? token.controlItemBgActive : undefined,
                }}
              >
                <strong>{version.version_name}</strong>
                <StateTag status={version.status} />
                <span style={{ color: token.colorTextSecondary, fontSize: 13, whiteSpace: "nowrap" }}>
                  <Time value={version.create_time} relative />
                </span>
                <span style={{ color: token.colorTextSecondary, fontSize: 13, textAlign: "right" }}>
                  {version.duration > 0 && <Duration value={version.duration} />}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
