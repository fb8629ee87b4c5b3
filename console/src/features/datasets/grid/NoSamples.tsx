// What the grid's place shows when nothing matches, with the step that helps.
import { CheckCircleOutlined, SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "@/lib/i18n";
import { EmptyState } from "@/ui";
import { syncing, type Dataset } from "../queries";
import { SceneIcon } from "../typeIcon";
import { isClassified, typeOf } from "../types";
import { AddFiles } from "./AddFiles";
import { isFiltered, type SampleSearch } from "./filter";

interface NoSamplesProps {
  dataset: Dataset;
  search: SampleSearch;
  onClear: () => void;
}

export function NoSamples({ dataset, search, onClear }: NoSamplesProps) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const type = typeOf(dataset.dataset_type);
  const icon = <SceneIcon scene={type.scene} />;
  if (isFiltered(search))
    return (
      <EmptyState
        icon={<SearchOutlined aria-hidden />}
        title={t("datasets:grid.noMatch")}
        action={<Button onClick={onClear}>{t("datasets:filter.clear")}</Button>}
      />
    );
  if (dataset.total_sample_count === 0)
    return dataset.status === syncing ? (
      <EmptyState icon={icon} title={t("datasets:grid.filling")} />
    ) : (
      <EmptyState
        icon={icon}
        title={t(`datasetTypes:empty.${type.scene}`)}
        hint={t("datasetTypes:empty.hint", { path: dataset.data_url })}
        action={<AddFiles dataset={dataset} look="primary" />}
      />
    );
  if (search.tab === "unlabelled")
    return <EmptyState icon={<CheckCircleOutlined aria-hidden />} title={t("datasets:grid.allLabelled")} hint={t("datasets:grid.allLabelledHint")} />;
  return <EmptyState icon={icon} title={t("datasets:grid.noneLabelled")} hint={isClassified(type) && t("datasets:grid.noneLabelledHint")} />;
}
