// The lines of the dataset list and what can be done with each.
import { MoreOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Dropdown, Flex, Progress } from "antd";
import { useState, type ReactNode } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { Time, VirtualTable } from "@/ui";
import { isBusy, type Dataset } from "../queries";
import { DatasetStatus } from "../status";
import { TypeName } from "../typeIcon";
import { isAnnotated, typeOf } from "../types";
import { PublishDialog } from "../versions/PublishDialog";
import { DeleteDataset } from "./DeleteDataset";

export function DatasetTable({ datasets, empty }: { datasets: Dataset[]; empty: ReactNode }) {
  const { t } = useTranslation(["datasets", "common"]);
  const [publishing, setPublishing] = useState<Dataset | null>(null);
  const [deleting, setDeleting] = useState<Dataset | null>(null);
  const share = (dataset: Dataset) =>
    dataset.total_sample_count === 0 ? 0 : dataset.annotated_sample_count / dataset.total_sample_count;
  return (
    <>
      <VirtualTable<Dataset>
        rowKey="dataset_id"
        dataSource={datasets}
        minWidth={980}
        empty={empty}
        columns={[
          {
            title: t("common:field.name"),
            dataIndex: "dataset_name",
            ellipsis: true,
            sorter: (a, b) => a.dataset_name.localeCompare(b.dataset_name),
            render: (name: string, { dataset_id: datasetId, description }) => (
              <Link to="/datasets/$datasetId" params={{ datasetId }} search={{}} title={description || name}>
                {name}
              </Link>
            ),
          },
          {
            title: t("common:field.type"),
            dataIndex: "dataset_type",
            width: 188,
            sorter: (a, b) => a.dataset_type - b.dataset_type,
            render: (number: number) => <TypeName number={number} />,
          },
          {
            title: t("datasets:list.progress"),
            width: 156,
            sorter: (a, b) => share(a) - share(b),
            render: (_, dataset) => <Labelled dataset={dataset} share={share(dataset)} />,
          },
          {
            title: t("datasets:version.short"),
            dataIndex: "current_version_name",
            width: 84,
            ellipsis: true,
            render: (name: string | null | undefined, { dataset_id: datasetId }) =>
              name ? (
                <Link to="/datasets/$datasetId/versions" params={{ datasetId }} search={{}}>
                  {name}
                </Link>
              ) : (
                t("common:state.none")
              ),
          },
          {
            title: t("common:field.status"),
            width: 116,
            sorter: (a, b) => a.status - b.status,
            render: (_, { status }) => <DatasetStatus status={status} />,
          },
          {
            title: t("common:field.created"),
            dataIndex: "create_time",
            width: 170,
            defaultSortOrder: "descend",
            sorter: (a, b) => a.create_time - b.create_time,
            render: (value: number) => <Time value={value} />,
          },
          {
            title: t("common:field.actions"),
            width: 110,
            render: (_, dataset) => (
              <Actions dataset={dataset} onPublish={() => setPublishing(dataset)} onDelete={() => setDeleting(dataset)} />
            ),
          },
        ]}
      />
      <PublishDialog dataset={publishing} open={publishing !== null} onClose={() => setPublishing(null)} />
      <DeleteDataset dataset={deleting} onClose={() => setDeleting(null)} />
    </>
  );
}

function Labelled({ dataset, share }: { dataset: Dataset; share: number }) {
  const { t } = useTranslation("datasets");
  const format = useFormat();
  const { annotated_sample_count: labelled, total_sample_count: total, dataset_name: name } = dataset;
  if (!isAnnotated(typeOf(dataset.dataset_type))) return <>{t("count.samples", { count: total })}</>;
  return (
    <Flex align="center" gap={10}>
      <Progress
        percent={share * 100}
        showInfo={false}
        size="small"
        style={{ width: 56, flex: "none", margin: 0 }}
        aria-label={`${t("list.progress")}: ${name}`}
      />
      <span style={{ whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" }}>
        {format.number(labelled)} / {format.number(total)}
      </span>
    </Flex>
  );
}

interface ActionsProps {
  dataset: Dataset;
  onPublish: () => void;
  onDelete: () => void;
}

function Actions({ dataset, onPublish, onDelete }: ActionsProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const navigate = useNavigate();
  const { dataset_id: datasetId, dataset_name: name } = dataset;
  return (
    <Flex gap={4} align="center">
      <Button
        type="link"
        size="small"
        style={{ paddingInline: 0 }}
        disabled={isBusy(dataset) || dataset.total_sample_count === 0}
        aria-label={`${t("datasets:publish.button")}: ${name}`}
        onClick={onPublish}
      >
        {t("datasets:publish.button")}
      </Button>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        menu={{
          items: [
            { key: "open", label: t("datasets:list.open"), onClick: () => void navigate({ to: "/datasets/$datasetId", params: { datasetId }, search: {} }) },
            {
              key: "overview",
              label: t("datasets:overview.title"),
              onClick: () => void navigate({ to: "/datasets/$datasetId/overview", params: { datasetId } }),
            },
            {
              key: "versions",
              label: t("datasets:version.title"),
              onClick: () => void navigate({ to: "/datasets/$datasetId/versions", params: { datasetId }, search: {} }),
            },
            { type: "divider" },
            { key: "delete", danger: true, label: t("common:action.delete"), onClick: onDelete },
          ],
        }}
      >
        <Button
          type="text"
          size="small"
          icon={<MoreOutlined aria-hidden />}
          aria-label={`${t("common:action.more")}: ${name}`}
          aria-haspopup="menu"
        />
      </Dropdown>
    </Flex>
  );
}
