// A dataset at a glance: how far its labelling is, how its labels are spread, where it lies and what was done last.
import { EditOutlined, ImportOutlined } from "@ant-design/icons";
import { Link, useParams } from "@tanstack/react-router";
import { Button, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { CopyText, Panel, QueryView, Time } from "@/ui";
import { Facts, type Fact } from "@/ui/Facts";
import { DatasetPage } from "../DatasetPage";
import { ImportDialog } from "../imports/ImportDialog";
import { useDataset, useStats, type Dataset, type Stats } from "../queries";
import { hasLabels, isAnnotated, isClassified, typeOf } from "../types";
import { LabelBars } from "../versions/LabelBars";
import { EditDataset } from "./EditDataset";
import { Figures } from "./Figures";
import { LastImports } from "./LastImports";

const route = "/console/datasets/$datasetId/overview";

export function OverviewPage() {
  const { datasetId } = useParams({ from: route });
  const dataset = useDataset(datasetId);
  const stats = useStats(datasetId);
  return (
    <QueryView query={dataset}>
      {(data) => <QueryView query={stats}>{(numbers) => <Overview dataset={data} stats={numbers} />}</QueryView>}
    </QueryView>
  );
}

function Overview({ dataset, stats }: { dataset: Dataset; stats: Stats }) {
  const { t } = useTranslation(["datasets", "imports", "common"]);
  const [importing, setImporting] = useState(false);
  const [editing, setEditing] = useState(false);
  const { dataset_id: datasetId } = dataset;
  const type = typeOf(dataset.dataset_type);
  const { total = 0, manual_annotation: labelled = 0 } = stats.sample_stats;
  return (
    <DatasetPage
      dataset={dataset}
      actions={
        <>
          <Button icon={<EditOutlined aria-hidden />} aria-haspopup="dialog" onClick={() => setEditing(true)}>
            {t("common:action.edit")}
          </Button>
          <Button icon={<ImportOutlined aria-hidden />} aria-haspopup="dialog" onClick={() => setImporting(true)}>
            {t("imports:button")}
          </Button>
          <Link to="/datasets/$datasetId" params={{ datasetId }} search={{}}>
            <Button type="primary" tabIndex={-1}>
              {isClassified(type) ? t("datasets:overview.label") : t("datasets:overview.look")}
            </Button>
          </Link>
        </>
      }
    >
      <Flex vertical gap={12}>
        <Figures dataset={dataset} stats={stats} annotated={isAnnotated(type)} />
        {hasLabels(type) && <LabelBars labels={stats.label_stats} total={total} labelled={labelled} />}
        <Panel title={t("datasets:overview.facts")}>
          <Facts facts={useFacts(dataset)} />
        </Panel>
        <LastImports datasetId={datasetId} />
      </Flex>
      <ImportDialog dataset={dataset} open={importing} onClose={() => setImporting(false)} />
      <EditDataset dataset={dataset} open={editing} onClose={() => setEditing(false)} />
    </DatasetPage>
  );
}

function useFacts(dataset: Dataset): Fact[] {
  const { t } = useTranslation(["datasets", "datasetTypes", "common"]);
  const { schema, label_format: format } = dataset;
  return [
    { label: t("common:field.description"), value: dataset.description, wide: true },
    { label: t("datasets:field.input"), value: <CopyText text={dataset.data_url} />, wide: true },
    { label: t("datasets:field.output"), value: <CopyText text={dataset.inner_work_path} />, wide: true },
    { label: t("common:field.created"), value: <Time value={dataset.create_time} /> },
    { label: t("common:field.updated"), value: <Time value={dataset.update_time} /> },
    { label: t("datasets:version.current"), value: dataset.current_version_name },
    { label: "ID", value: <CopyText text={dataset.dataset_id} /> },
    ...(schema ? [{ label: t("datasetTypes:schema.title"), value: schema.map(({ name, type }) => `${name} (${type})`).join(", "), wide: true }] : []),
    ...(format
      ? [{ label: t("datasetTypes:create.texts"), value: t(format.label_type === "0" ? "datasetTypes:create.separated" : "datasetTypes:create.combined") }]
      : []),
    ...(typeOf(dataset.dataset_type).key === "speechSegmentation"
      ? [{ label: t("datasetTypes:create.content"), value: dataset.content_labeling ? t("datasets:version.yes") : t("datasets:version.no") }]
      : []),
  ];
}
