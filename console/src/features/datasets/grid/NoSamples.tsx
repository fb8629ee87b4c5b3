// What the grid's place shows when nothing matches, with the step that helps.
import { CheckCircleOutlined, PictureOutlined, SearchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "@/lib/i18n";
import { EmptyState } from "@/ui";
import { syncing, type Dataset } from "../queries";
import { AddImages } from "./AddImages";
import { isFiltered, type SampleSearch } from "./filter";

interface NoSamplesProps {
  dataset: Dataset;
  search: SampleSearch;
  onClear: () => void;
}

export function NoSamples({ dataset, search, onClear }: NoSamplesProps) {
  const { t } = useTranslation("datasets");
  if (isFiltered(search))
    return (
      <EmptyState
        icon={<SearchOutlined aria-hidden />}
        title={t("grid.noMatch")}
        action={<Button onClick={onClear}>{t("filter.clear")}</Button>}
      />
    );
  if (dataset.total_sample_count === 0)
    return dataset.status === syncing ? (
      <EmptyState icon={<PictureOutlined aria-hidden />} title={t("grid.filling")} />
    ) : (
      <EmptyState
        icon={<PictureOutlined aria-hidden />}
        title={t("grid.empty")}
        hint={t("grid.emptyHint", { path: dataset.data_url })}
        action={<AddImages dataset={dataset} type="primary" />}
      />
    );
  if (search.tab === "unlabelled")
    return <EmptyState icon={<CheckCircleOutlined aria-hidden />} title={t("grid.allLabelled")} hint={t("grid.allLabelledHint")} />;
  return <EmptyState icon={<PictureOutlined aria-hidden />} title={t("grid.noneLabelled")} hint={t("grid.noneLabelledHint")} />;
}
