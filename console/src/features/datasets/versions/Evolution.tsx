// How the dataset evolved: every version, newest first, with what changed from the one before.
import { Flex, Tag, theme, Typography } from "antd";
import { useFormat, useTranslation } from "@/lib/i18n";
import { Time } from "@/ui";
import type { Version } from "../queries";
import { VersionStatus } from "../status";

interface EvolutionProps {
  versions: Version[];
  shown: string;
  onShow: (versionId: string) => void;
}

export function Evolution({ versions, shown, onShow }: EvolutionProps) {
  const { t } = useTranslation("datasets");
  const { token } = theme.useToken();
  return (
    <nav aria-label={t("version.evolution")} className="maquette-panel" style={{ width: 288, flex: "none", padding: 8 }}>
      <Typography.Title level={2} style={{ fontSize: 15, margin: "4px 8px 8px" }}>
        {t("version.evolution")}
      </Typography.Title>
      <ol style={{ listStyle: "none", margin: 0, padding: 0, maxHeight: "calc(100vh - 220px)", overflow: "auto" }}>
        {versions.map((version) => {
          const here = version.version_id === shown;
          return (
            <li key={version.version_id}>
              <button
                type="button"
                aria-current={here}
                onClick={() => onShow(version.version_id)}
                style={{
                  display: "block",
                  width: "100%",
                  padding: "8px 10px",
                  border: 0,
                  borderInlineStart: `3px solid ${here ? token.colorPrimary : token.colorBorderSecondary}`,
                  background: here ? token.controlItemBgActive : "none",
                  color: token.colorText,
                  font: "inherit",
                  textAlign: "start",
                  cursor: "pointer",
                }}
              >
                <Flex justify="space-between" align="center" gap={8}>
                  <strong style={{ overflowWrap: "anywhere" }}>{version.version_name}</strong>
                  {version.is_current && <Tag style={{ margin: 0 }}>{t("version.current")}</Tag>}
                </Flex>
                <div style={{ fontSize: 13, color: token.colorTextSecondary }}>
                  <Time value={version.create_time} />
                </div>
                {version.status === 1 ? <Difference version={version} /> : <VersionStatus status={version.status} />}
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Difference({ version }: { version: Version }) {
  const { t } = useTranslation("datasets");
  const format = useFormat();
  const { add_sample_count: added, deleted_sample_count: deleted, modified_sample_count: modified } = version;
  return (
    <Flex gap={10} style={{ fontSize: 13, fontVariantNumeric: "tabular-nums" }}>
      <span>{t("count.samples", { count: version.total_sample_count })}</span>
      {added > 0 && <span title={t("version.added")}>+{format.number(added)}</span>}
      {deleted > 0 && <span title={t("version.deleted")}>−{format.number(deleted)}</span>}
      {modified > 0 && <span title={t("version.modified")}>~{format.number(modified)}</span>}
    </Flex>
  );
}
