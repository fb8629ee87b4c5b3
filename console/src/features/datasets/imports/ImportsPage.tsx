// What was imported into a dataset, and what was only checked, newest first.
import { ImportOutlined } from "@ant-design/icons";
import { useParams } from "@tanstack/react-router";
import { Button, Drawer, Pagination } from "antd";
import { useState } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { Duration, EmptyState, QueryView, StatusTag, Time, VirtualTable, type Tone } from "@/ui";
import { DatasetPage } from "../DatasetPage";
import { useDataset, type Dataset } from "../queries";
import { importFormats } from "../types";
import { ImportDialog } from "./ImportDialog";
import { ImportRun } from "./ImportRun";
import { pageSize, useImports } from "./queries";

const route = "/console/datasets/$datasetId/imports";

export function ImportsPage() {
  const { datasetId } = useParams({ from: route });
  const dataset = useDataset(datasetId);
  return <QueryView query={dataset}>{(data) => <Imports dataset={data} />}</QueryView>;
}

type Listed = NonNullable<ReturnType<typeof useImports>["data"]>["import_tasks"][number];

const tones: Record<string, Tone> = { QUEUING: "waiting", RUNNING: "active", COMPLETED: "good", FAILED: "bad" };

function Imports({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation(["imports", "common"]);
  const format = useFormat();
  const [page, setPage] = useState(0);
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<Listed | null>(null);
  const runs = useImports(dataset.dataset_id, page);
  const number = (value?: number) => format.number(value ?? 0);
  const button = (
    <Button type="primary" icon={<ImportOutlined aria-hidden />} aria-haspopup="dialog" onClick={() => setAsking(true)}>
      {t("imports:button")}
    </Button>
  );
  return (
    <DatasetPage fill dataset={dataset} actions={button}>
      <QueryView query={runs}>
        {({ import_tasks: list, total_count: total }) => (
          <>
            <VirtualTable<Listed>
              rowKey="task_id"
              dataSource={list}
              minWidth={960}
              empty={<EmptyState title={t("imports:history.none")} hint={t("imports:history.noneHint")} action={button} />}
              columns={[
                {
                  title: t("imports:history.source"),
                  dataIndex: "import_path",
                  ellipsis: true,
                  render: (path: string, run) => (
                    <Button type="link" style={{ padding: 0, height: "auto", maxWidth: "100%" }} aria-label={t("imports:history.details", { path })} onClick={() => setShown(run)}>
                      <span style={{ overflow: "hidden", textOverflow: "ellipsis" }} title={path}>
                        {path}
                      </span>
                    </Button>
                  ),
                },
                {
                  title: t("imports:format.label"),
                  dataIndex: "format",
                  width: 116,
                  render: (value: string) => {
                    const known = importFormats.find((each) => each === value);
                    return known ? t(`imports:format.${known}`) : value;
                  },
                },
                { title: t("imports:history.kind"), dataIndex: "dry_run", width: 76, render: (dry: boolean) => (dry ? t("imports:history.check") : t("imports:history.import")) },
                {
                  title: t("common:field.status"),
                  dataIndex: "status",
                  width: 116,
                  render: (status: string) => <StatusTag tone={tones[status] ?? "neutral"}>{t(`imports:status.${status as "RUNNING"}`)}</StatusTag>,
                },
                { title: t("imports:count.imported"), dataIndex: "imported_sample_count", width: 92, align: "end", render: number },
                { title: t("imports:count.changed"), dataIndex: "changed_sample_count", width: 116, align: "end", render: number },
                { title: t("imports:count.problems"), dataIndex: "problem_count", width: 88, align: "end", render: number },
                { title: t("imports:history.started"), dataIndex: "create_time", width: 166, render: (value: number) => <Time value={value} /> },
                { title: t("imports:history.took"), dataIndex: "elapsed_time", width: 84, render: (value: number) => <Duration value={value} /> },
              ]}
            />
            {total > pageSize && (
              <Pagination
                style={{ marginTop: 10 }}
                align="end"
                current={page + 1}
                pageSize={pageSize}
                total={total}
                showSizeChanger={false}
                onChange={(next) => setPage(next - 1)}
              />
            )}
          </>
        )}
      </QueryView>
      <ImportDialog dataset={dataset} open={asking} onClose={() => setAsking(false)} />
      <Drawer title={shown?.import_path} open={shown !== null} onClose={() => setShown(null)} size={860} destroyOnHidden>
        {shown && <ImportRun datasetId={dataset.dataset_id} taskId={shown.task_id} />}
      </Drawer>
    </DatasetPage>
  );
}
