// The data of a dataset: tabs and filters above, its samples, and the labels beside them.
import { ImportOutlined, SyncOutlined } from "@ant-design/icons";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { QueryView, useNotify } from "@/ui";
import { DatasetPage } from "../DatasetPage";
import { ImportDialog } from "../imports/ImportDialog";
import { isBusy, refreshDataset, useDataset, useStats, useSync, type Dataset, type Stats } from "../queries";
import { PublishDialog } from "../versions/PublishDialog";
import { AddFiles } from "./AddFiles";
import type { SampleSearch } from "./filter";
import { SyncNotice } from "./SyncNotice";
import { Workbench } from "./Workbench";

const route = "/console/datasets/$datasetId";

export function DataPage() {
  const { datasetId } = useParams({ from: route });
  const dataset = useDataset(datasetId);
  const stats = useStats(datasetId);
  return (
    <QueryView query={dataset}>
      {(data) => (
        <QueryView query={stats}>{(numbers) => <Data key={datasetId} dataset={data} stats={numbers} />}</QueryView>
      )}
    </QueryView>
  );
}

function Data({ dataset, stats }: { dataset: Dataset; stats: Stats }) {
  const { t } = useTranslation(["datasets", "imports"]);
  const { dataset_id: datasetId, total_sample_count: total } = dataset;
  const search = useSearch({ from: route });
  const navigate = useNavigate({ from: "/datasets/$datasetId" });
  const client = useQueryClient();
  const notify = useNotify();
  const sync = useSync(datasetId);
  const [publishing, setPublishing] = useState(false);
  const [importing, setImporting] = useState(false);

  // While a sync or somebody else adds samples, the lists and numbers follow the dataset's own count.
  const { total: shown = 0, un_annotation: unlabelled = 0, manual_annotation: labelled = 0 } = stats.sample_stats;
  useEffect(() => {
    if (shown !== total) void refreshDataset(client, datasetId, { samples: true });
  }, [client, datasetId, shown, total]);

  // What was imported while nobody followed it may have changed samples without changing their number.
  const busy = isBusy(dataset);
  const wasBusy = useRef(busy);
  useEffect(() => {
    if (wasBusy.current && !busy) void refreshDataset(client, datasetId, { samples: true });
    wasBusy.current = busy;
  }, [client, datasetId, busy]);

  const setSearch = (next: SampleSearch) => void navigate({ search: next, replace: true });
  const startSync = () => void sync.start().catch((error: unknown) => notify.error(error));
  return (
    <DatasetPage
      fill
      dataset={dataset}
      actions={
        <>
          <AddFiles dataset={dataset} />
          <Button icon={<SyncOutlined aria-hidden />} loading={sync.isPending} disabled={busy} onClick={startSync}>
            {t("datasets:sync.button")}
          </Button>
          <Button icon={<ImportOutlined aria-hidden />} aria-haspopup="dialog" onClick={() => setImporting(true)}>
            {t("imports:button")}
          </Button>
          <Button type="primary" disabled={busy || total === 0} onClick={() => setPublishing(true)}>
            {t("datasets:publish.button")}
          </Button>
        </>
      }
    >
      <Flex vertical gap={10} style={{ flex: 1, minHeight: 0 }}>
        <SyncNotice dataset={dataset} onSync={startSync} />
        <Workbench
          dataset={dataset}
          stats={stats}
          search={search}
          onSearch={setSearch}
          counts={{ all: shown, unlabelled, labelled }}
        />
      </Flex>
      <PublishDialog dataset={dataset} open={publishing} onClose={() => setPublishing(false)} />
      <ImportDialog dataset={dataset} open={importing} onClose={() => setImporting(false)} />
    </DatasetPage>
  );
}
