// One version: its state and what can be done with it, and the tabs with details, log and resource usage.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Alert, Button, Flex, Tabs, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { Duration, QueryView } from "@/ui";
import type { VersionTab } from "./JobPage";
import { useVersion, type Version, type VersionDetails } from "./queries";
import { isMoving } from "./states";
import { StateTag } from "./StateTag";
import { UsageTab } from "./UsageTab";
import { VersionActions } from "./VersionActions";
import { VersionFacts } from "./VersionFacts";
import { VersionLog } from "./VersionLog";

export interface VersionPanelProps {
  jobId: number;
  versionId: number;
  /** The version that this one was made from, if it is still there. */
  parent?: Version;
}

export function VersionPanel({ jobId, versionId, parent }: VersionPanelProps) {
  const version = useVersion(jobId, versionId);
  return <QueryView query={version}>{(data) => <Shown version={data} parent={parent} />}</QueryView>;
}

function Shown({ version, parent }: { version: VersionDetails; parent?: Version }) {
  const { t } = useTranslation("training");
  const { tab = "details" } = useSearch({ from: "/console/training/$jobId" });
  const navigate = useNavigate({ from: "/training/$jobId" });
  const { status, duration, error_msg: sentence } = version;
  const moving = isMoving(status);
  const show = (key: string) =>
    void navigate({
      search: (old) => ({ ...old, tab: key === "details" ? undefined : (key as VersionTab) }),
      replace: true,
    });
  return (
    <section
      className="maquette-panel maquette-fill-tabs"
      style={{ flex: 1, minHeight: 0, display: "flex", flexDirection: "column", gap: 8 }}
    >
      <Flex justify="space-between" gap="8px 16px" wrap align="center">
        <Flex gap={14} align="center" wrap>
          <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
            {version.version_name}
          </Typography.Title>
          <StateTag status={status} />
          {duration > 0 && (
            <Typography.Text type="secondary">
              <Duration value={duration} />
            </Typography.Text>
          )}
        </Flex>
        <VersionActions version={version} />
      </Flex>
      {sentence && (
        <Alert
          type={status === 11 || status === 14 ? "error" : "info"}
          showIcon
          title={sentence}
          action={
            !moving &&
            tab !== "log" && (
              <Button size="small" onClick={() => show("log")}>
                {t("showLog")}
              </Button>
            )
          }
        />
      )}
      <Tabs
        activeKey={tab}
        onChange={show}
        destroyOnHidden
        style={{ flex: 1, minHeight: 0 }}
        items={[
          { key: "details", label: t("tab.details"), children: <VersionFacts version={version} parent={parent} /> },
          { key: "log", label: t("tab.log"), children: <VersionLog version={version} /> },
          { key: "usage", label: t("tab.usage"), children: <UsageTab version={version} /> },
        ]}
      />
    </section>
  );
}
