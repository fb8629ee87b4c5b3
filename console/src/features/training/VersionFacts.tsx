// What a version was made of, and what its parameters are beside those of the version before.
import { Flex, Tag, Typography } from "antd";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "@/lib/i18n";
import { CopyText, Duration, Time } from "@/ui";
import { Facts } from "@/ui/Facts";
import { parameterDifferences } from "./fields";
import { PlaceLink } from "@/ui/PlaceLink";
import type { Version, VersionDetails } from "./queries";

export function VersionFacts({ version, parent }: { version: VersionDetails; parent?: Version }) {
  const { t } = useTranslation(["training", "common"]);
  const memory = t("training:specText", { cpu: version.core, memory: version.cpu });
  return (
    <div style={{ overflow: "auto", height: "100%" }} tabIndex={0} role="region" aria-label={t("training:tab.details")}>
      <Flex vertical gap={18}>
        <Facts
          facts={[
            { label: t("training:jobId"), value: `${version.job_id} · ${version.resource_id}` },
            { label: t("common:field.created"), value: <Time value={version.create_time} /> },
            { label: t("training:engine"), value: version.engine_version },
            { label: t("training:startTime"), value: version.start_time && <Time value={version.start_time} /> },
            {
              label: t("training:flavor"),
              value: version.gpu ? `${memory}, ${version.gpu_num} × ${version.gpu_type}` : memory,
            },
            { label: t("training:duration"), value: version.duration > 0 && <Duration value={version.duration} /> },
            ...(version.exit_code ? [{ label: t("training:exitCode"), value: version.exit_code }] : []),
            ...(version.signal ? [{ label: t("training:signal"), value: version.signal }] : []),
            { label: t("training:codeDirectory"), value: <PlaceLink address={version.app_url} />, wide: true },
            { label: t("training:bootFile"), value: <CopyText text={version.boot_file_url} />, wide: true },
            { label: t("training:inputs"), value: hasInputs(version) && <Inputs version={version} />, wide: true },
            { label: t("training:output"), value: version.train_url && <PlaceLink address={version.train_url} />, wide: true },
            { label: t("training:logPath"), value: version.log_url && <PlaceLink address={version.log_url} />, wide: true },
          ]}
        />
        <Parameters version={version} parent={parent} />
      </Flex>
    </div>
  );
}

function hasInputs({ data_source, dataset_id, data_url }: VersionDetails): boolean {
  return Boolean(data_source?.length || dataset_id || data_url);
}

function Inputs({ version }: { version: VersionDetails }) {
  const { data_source: sources = [] } = version;
  if (sources.length > 1)
    return (
      <Flex vertical gap={2}>
        {sources.map((source) =>
          source.dataset_id ? (
            <DatasetLink key={source.dataset_id + source.dataset_version} id={source.dataset_id} text={`${source.dataset_id} · ${source.dataset_version}`} />
          ) : (
            <PlaceLink key={source.data_url} address={source.data_url ?? ""} />
          ),
        )}
      </Flex>
    );
  if (version.dataset_id)
    return <DatasetLink id={version.dataset_id} text={`${version.dataset_name} · ${version.dataset_version_name}`} />;
  return version.data_url ? <PlaceLink address={version.data_url} /> : null;
}

function DatasetLink({ id, text }: { id: string; text: string }) {
  return (
    <Link to="/datasets/$datasetId" params={{ datasetId: id }}>
      {text}
    </Link>
  );
}

function Parameters({ version, parent }: { version: VersionDetails; parent?: Version }) {
  const { t } = useTranslation(["training", "common"]);
  const differences = parent ? parameterDifferences(parent.parameter, version.parameter) : [];
  const changed = new Map(differences.map((each) => [each.label, each]));
  const gone = differences.filter(({ after }) => after === undefined);
  const before = (label: string) => {
    const difference = changed.get(label);
    if (!difference || !parent) return null;
    return (
      <Tag>
        {difference.before === undefined
          ? t("training:addedSince", { name: parent.version_name })
          : t("training:changedSince", { name: parent.version_name, value: difference.before })}
      </Tag>
    );
  };
  return (
    <div>
      <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 8px" }}>
        {t("training:parameters")}
      </Typography.Title>
      {version.parameter.length + gone.length === 0 && <Typography.Text type="secondary">{t("training:noParameters")}</Typography.Text>}
      <Facts
        facts={[
          ...version.parameter.map(({ label, value }) => ({
            label,
            value: (
              <Flex gap={8} wrap>
                <code>{String(value ?? "")}</code>
                {before(label)}
              </Flex>
            ),
          })),
          ...gone.map(({ label, before: value }) => ({
            label,
            value: <Tag>{t("training:removedSince", { name: parent?.version_name ?? "", value: value ?? "" })}</Tag>,
          })),
        ]}
      />
    </div>
  );
}
