// The list of datasets: how far their labelling is, what they are at, and the ways on.
import { PlusOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Flex, Input, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, Page, QueryView } from "@/ui";
import { useDatasets, type Dataset } from "../queries";
import { DatasetTable } from "./DatasetTable";
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
  const { t } = useTranslation("datasets");
  const [text, setText] = useState("");
  const part = text.trim().toLowerCase();
  const found = datasets.filter(
    ({ dataset_name: name, description }) => name.toLowerCase().includes(part) || description.toLowerCase().includes(part),
  );
  return (
    <Flex vertical gap={10} style={{ flex: 1, minHeight: 0 }}>
      <Flex gap={12} align="center">
        <Input
          type="search"
          value={text}
          allowClear
          style={{ width: 280 }}
          placeholder={t("list.search")}
          aria-label={t("list.search")}
          onChange={(event) => setText(event.target.value)}
        />
        <Typography.Text type="secondary" role="status">
          {t("count.datasets", { count: found.length })}
        </Typography.Text>
      </Flex>
      <DatasetTable datasets={found} empty={<EmptyState title={t("list.noMatch")} />} />
    </Flex>
  );
}
