// All versions of a job beside each other; parameters that differ stand out.
import { Link } from "@tanstack/react-router";
import { Flex, Switch, Table, theme, Typography, type TableColumnsType } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { Duration } from "@/ui";
import type { Version } from "./queries";
import { StateTag } from "./StateTag";

export function ComparePanel({ versions }: { versions: Version[] }) {
  const { t } = useTranslation(["training", "common"]);
  const { token } = theme.useToken();
  const [differing, setDiffering] = useState(false);
  const switchId = useId();
  const labels = [...new Set(versions.flatMap(({ parameter }) => parameter.map(({ label }) => label)))];
  const valueOf = (version: Version, label: string) => version.parameter.find((each) => each.label === label)?.value;
  const differs = new Set(labels.filter((label) => new Set(versions.map((each) => String(valueOf(each, label)))).size > 1));

  const columns: TableColumnsType<Version> = [
    {
      title: t("training:version"),
      fixed: "left",
      width: 100,
      render: (_, version) => (
        <Link to="." search={(old) => ({ ...old, compare: undefined, version: version.version_id })}>
          {version.version_name}
        </Link>
      ),
    },
    { title: t("common:field.status"), width: 120, render: (_, version) => <StateTag status={version.status} /> },
    {
      title: t("training:duration"),
      width: 130,
      render: (_, version) => <Duration value={version.duration || null} />,
    },
    ...labels
      .filter((label) => !differing || differs.has(label))
      .map((label) => ({
        title: label,
        width: 130,
        render: (_: unknown, version: Version) => {
          const value = valueOf(version, label);
          const text = value === undefined ? t("common:state.none") : String(value);
          return differs.has(label) ? <strong style={{ color: token.colorWarning }}>{text}</strong> : text;
        },
      })),
    { title: t("training:source.dataset"), width: 180, ellipsis: true, render: (_, version) => dataOf(version) },
    { title: t("training:flavor"), width: 190, dataIndex: "spec_code", ellipsis: true },
  ];
  return (
    <section className="maquette-panel" style={{ flex: 1, minHeight: 0, overflow: "auto" }}>
      <Flex justify="space-between" align="center" gap={12} style={{ marginBottom: 10 }} wrap>
        <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
          {t("training:compare")}
        </Typography.Title>
        <Flex gap={6} align="center">
          <Switch id={switchId} size="small" checked={differing} onChange={setDiffering} aria-label={t("training:onlyDifferences")} />
          <label htmlFor={switchId}>{t("training:onlyDifferences")}</label>
        </Flex>
      </Flex>
      <Table<Version>
        size="small"
        rowKey="version_id"
        dataSource={versions}
        columns={columns}
        pagination={versions.length > 100 ? { pageSize: 100 } : false}
        scroll={{ x: "max-content" }}
      />
    </section>
  );
}

function dataOf(version: Version): string {
  if (version.dataset_name) return `${version.dataset_name} · ${version.dataset_version_name}`;
  return version.data_url ?? "";
}
