// The versions of a dataset: their evolution on the left, one of them in detail on the right.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, QueryView } from "@/ui";
import { DatasetPage } from "../DatasetPage";
import { isBusy, isPublishing, publishing as beingPublished, syncing, useDataset, useRefreshOn, useVersions, type Dataset } from "../queries";
import { DatasetStatus } from "../status";
import { Evolution } from "./Evolution";
import { PublishDialog } from "./PublishDialog";
import { VersionDetails } from "./VersionDetails";

const route = "/console/datasets/$datasetId/versions";

export function VersionsPage() {
  const { datasetId } = useParams({ from: route });
  const dataset = useDataset(datasetId);
  return <QueryView query={dataset}>{(data) => <Versions dataset={data} />}</QueryView>;
}

function Versions({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation("datasets");
  const { dataset_id: datasetId } = dataset;
  const versions = useVersions(datasetId);
  const { version } = useSearch({ from: route });
  const navigate = useNavigate({ from: "/datasets/$datasetId/versions" });
  const [publishing, setPublishing] = useState(false);
  // The dataset, the list and the version itself tell of one publication. What is shown of it here is what the list says,
  // and when that or the dataset has changed, all three are asked again.
  const listed = versions.data?.versions ?? [];
  useRefreshOn(datasetId, [dataset.status, ...listed.map((each) => `${each.version_id} ${each.status}`)].join());
  const status = listed.some(isPublishing) ? beingPublished : dataset.status === syncing ? syncing : null;
  const canPublish = !isBusy(dataset) && status === null && dataset.total_sample_count > 0;
  const publish = (
    <Button type="primary" disabled={!canPublish} onClick={() => setPublishing(true)}>
      {t("publish.button")}
    </Button>
  );
  return (
    <DatasetPage dataset={dataset} mark={status !== null && <DatasetStatus status={status} />} actions={publish}>
      <QueryView query={versions}>
        {({ versions: list }) => {
          const shown = list.find(({ version_id: id }) => id === version) ?? list[0];
          if (!shown)
            return <EmptyState title={t("version.none")} hint={t("version.noneHint")} action={canPublish && publish} />;
          return (
            <Flex gap={12} align="flex-start">
              <Evolution
                versions={list}
                shown={shown.version_id}
                onShow={(id) => void navigate({ search: { version: id }, replace: true })}
              />
              <VersionDetails key={shown.version_id} dataset={dataset} listed={shown} />
            </Flex>
          );
        }}
      </QueryView>
      <PublishDialog dataset={dataset} open={publishing} onClose={() => setPublishing(false)} />
    </DatasetPage>
  );
}
