// One version in full: its numbers, labels, places and manifest, and the way to delete it.
import { DeleteOutlined } from "@ant-design/icons";
import { App, Button, Descriptions, Flex, Progress, Typography } from "antd";
import { isActive, useTasks } from "@/api/tasks";
import { useFormat, useTranslation } from "@/lib/i18n";
import { CopyText, Panel, QueryView, Time, useNotify } from "@/ui";
import { isPublishing, useDeleteVersion, useVersion, type Dataset, type Version } from "../queries";
import { VersionStatus } from "../status";
import { LabelBars } from "./LabelBars";
import { ManifestView } from "./ManifestView";
import { splitRatio } from "./ratio";

/** `listed` is the version as the list tells it: its state is shown here as it is shown there. */
export function VersionDetails({ dataset, listed }: { dataset: Dataset; listed: Version }) {
  const query = useVersion(dataset.dataset_id, listed.version_id);
  return (
    <Flex vertical gap={12} style={{ flex: 1, minWidth: 0 }}>
      <QueryView query={query}>
        {(answer) => {
          const version = { ...answer, status: listed.status };
          return (
            <>
              <Summary dataset={dataset} version={version} />
              {version.label_stats && (
                <LabelBars labels={version.label_stats} total={version.total_sample_count} labelled={version.annotated_sample_count} />
              )}
              {version.manifest_path && <ManifestView path={version.manifest_path} />}
            </>
          );
        }}
      </QueryView>
    </Flex>
  );
}

type FullVersion = NonNullable<ReturnType<typeof useVersion>["data"]>;

function Summary({ dataset, version }: { dataset: Dataset; version: FullVersion }) {
  const { t } = useTranslation(["datasets", "common"]);
  const format = useFormat();
  const ratio = splitRatio(version.train_evaluate_sample_ratio);
  const yes = (value: boolean) => (value ? t("datasets:version.yes") : t("datasets:version.no"));
  const { is_current: current, manifest_path: manifest, data_path: data } = version;
  return (
    <Panel
      title={
        <Flex gap={12} align="center" wrap>
          <span style={{ overflowWrap: "anywhere" }}>{version.version_name}</span>
          <VersionStatus status={version.status} />
        </Flex>
      }
      extra={<DeleteButton dataset={dataset} version={version} />}
    >
      {isPublishing(version) && <Publishing version={version} />}
      <Descriptions
        size="small"
        column={{ xs: 1, xl: 2 }}
        items={[
          { key: "created", label: t("common:field.created"), children: <Time value={version.create_time} /> },
          { key: "current", label: t("datasets:version.current"), children: yes(current) },
          { key: "total", label: t("datasets:version.samples"), children: format.number(version.total_sample_count) },
          { key: "labelled", label: t("datasets:version.labelled"), children: format.number(version.annotated_sample_count) },
          {
            key: "ratio",
            label: t("datasets:version.ratio"),
            children: ratio === null ? t("datasets:version.noSplit") : `${format.percent(ratio)} : ${format.percent(1 - ratio)}`,
          },
          { key: "hard", label: t("datasets:version.hard"), children: yes(!version.clear_hard_property) },
          { key: "images", label: t("datasets:version.images"), children: yes(version.export_images) },
          { key: "description", label: t("common:field.description"), children: version.description || t("common:state.none") },
          ...(manifest
            ? [{ key: "manifest", span: "filled" as const, label: t("datasets:version.path"), children: <CopyText text={`obs:/${manifest}`} /> }]
            : []),
          ...(version.export_images && data
            ? [{ key: "data", span: "filled" as const, label: t("datasets:version.dataPath"), children: <CopyText text={`obs:/${data}`} /> }]
            : []),
          ...(version.manifest_sha256
            ? [{ key: "hash", span: "filled" as const, label: "SHA-256", children: <CopyText text={version.manifest_sha256} /> }]
            : []),
        ]}
      />
      {version.message && !isPublishing(version) && <Typography.Text type="danger">{version.message}</Typography.Text>}
    </Panel>
  );
}

/** How far the platform task is that writes the version. */
function Publishing({ version }: { version: FullVersion }) {
  const { t } = useTranslation("datasets");
  const { data } = useTasks("all");
  const task = data?.tasks.find(({ task_id: id }) => id === version.task_id);
  return (
    <div style={{ marginBottom: 12 }} role="status">
      <Progress
        percent={Math.floor((task?.progress ?? 0) * 100)}
        status={task && isActive(task) ? "active" : "normal"}
        aria-label={t("status.publishing")}
      />
      <Typography.Text type="secondary">{task?.message || version.message || t("status.publishing")}</Typography.Text>
    </div>
  );
}

function DeleteButton({ dataset, version }: { dataset: Dataset; version: FullVersion }) {
  const { t } = useTranslation(["datasets", "common"]);
  const { modal } = App.useApp();
  const notify = useNotify();
  const remove = useDeleteVersion(dataset.dataset_id);
  const name = version.version_name;

  function confirm() {
    modal.confirm({
      title: t("datasets:version.delete", { name }),
      content: t("datasets:version.deleteHint"),
      okText: t("common:action.delete"),
      okButtonProps: { danger: true },
      cancelText: t("common:action.cancel"),
      onOk: () =>
        remove(version.version_id).then(
          () => notify.success(t("datasets:version.deletedDone", { name })),
          (error: unknown) => notify.error(error),
        ),
    });
  }
  return (
    <Button danger size="small" icon={<DeleteOutlined aria-hidden />} disabled={isPublishing(version)} onClick={confirm}>
      {t("common:action.delete")}
    </Button>
  );
}
