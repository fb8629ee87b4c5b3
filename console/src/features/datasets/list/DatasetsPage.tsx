// The list of datasets: how far their labelling is, what they are at, and the ways on.
import { PlusOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Flex, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, Page, QueryView } from "@/ui";
import { useDatasets, type Dataset } from "../queries";
import { DatasetTable } from "./DatasetTable";
import { scenes, typesOf } from "../types";
import { filterDatasets } from "./filter";
import { FirstSteps } from "./FirstSteps";

export function DatasetsPage() {
  const { t } = useTranslation("datasets");
  const datasets = useDatasets();
  return (
    <Page
      title={t("title")}
      description={t("hint")}
      fill
      actions={
        <Link to="/datasets/create">
          <Button type="primary" icon={<PlusOutlined aria-hidden />} tabIndex={-1}>
            {t("create.button")}
          </Button>
        </Link>
      }
    >
      <QueryView query={datasets}>{(data) => (data.length === 0 ? <FirstSteps /> : <Found datasets={data} />)}</QueryView>
    </Page>
  );
}

function Found({ datasets }: { datasets: Dataset[] }) {
  const { t } = useTranslation(["datasets", "datasetTypes"]);
  const [text, setText] = useState("");
  const [numbers, setNumbers] = useState<number[]>([]);
  const found = filterDatasets(datasets, text, numbers);
  // Only types that there are: a filter that finds nothing is none.
  const options = scenes
    .map((scene) => ({
      label: t(`datasetTypes:scene.${scene}`),
      options: typesOf(scene)
        .filter(({ number }) => datasets.some((dataset) => dataset.dataset_type === number))
        .map(({ number, key }) => ({ value: number, label: t(`datasetTypes:name.${key}`) })),
    }))
    .filter((group) => group.options.length > 0);
  return (
    <Flex vertical gap={10} style={{ flex: 1, minHeight: 0 }}>
      <Flex gap={12} align="center">
        <Input
          type="search"
          value={text}
          allowClear
          style={{ width: 280 }}
          placeholder={t("datasets:list.search")}
          aria-label={t("datasets:list.search")}
          onChange={(event) => setText(event.target.value)}
        />
        <Select
          mode="multiple"
          allowClear
          maxTagCount="responsive"
          value={numbers}
          options={options}
          style={{ width: 280 }}
          placeholder={t("datasets:list.allTypes")}
          aria-label={t("datasets:list.type")}
          optionFilterProp="label"
          onChange={setNumbers}
        />
        <Typography.Text type="secondary" role="status">
          {t("datasets:count.datasets", { count: found.length })}
        </Typography.Text>
      </Flex>
      <DatasetTable datasets={found} empty={<EmptyState title={t("datasets:list.noMatch")} />} />
    </Flex>
  );
}
