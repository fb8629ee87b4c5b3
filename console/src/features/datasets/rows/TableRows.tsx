// The first hundred rows of a table, as the dataset's columns read them.
import { Flex, Table, Tooltip, Typography } from "antd";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { QueryView } from "@/ui";

export function TableRows({ datasetId, sampleId }: { datasetId: string; sampleId: string }) {
  const { t } = useTranslation("datasets");
  const { projectId } = useScope();
  const query = $api.useQuery("get", "/v1/{project_id}/datasets/{dataset_id}/samples/{sample_id}/rows", {
    params: { path: { project_id: projectId, dataset_id: datasetId, sample_id: sampleId } },
  });
  return (
    <QueryView query={query}>
      {({ columns, rows, skipped, more }) => (
        <Flex vertical gap={8} style={{ minHeight: 0, flex: 1 }}>
          <Typography.Text type="secondary" role="status">
            {[
              more ? t("rows.firstRows", { count: rows.length }) : t("rows.allRows", { count: rows.length }),
              skipped > 0 && t("rows.skippedRows", { count: skipped }),
            ]
              .filter(Boolean)
              .join(" ")}
          </Typography.Text>
          <div style={{ flex: 1, minHeight: 0, overflow: "auto" }} tabIndex={0} role="region" aria-label={t("rows.table")}>
            <Table
              size="small"
              bordered
              sticky
              pagination={false}
              rowKey={(row) => rows.indexOf(row)}
              dataSource={rows}
              columns={columns.map(({ name, type }, place) => ({
                key: place,
                title: (
                  <Tooltip title={type}>
                    <span>{name}</span> <Typography.Text type="secondary" style={{ fontSize: 12, fontWeight: "normal" }}>{type}</Typography.Text>
                  </Tooltip>
                ),
                render: (_: unknown, row: string[]) => <span style={{ whiteSpace: "pre-wrap" }}>{row[place]}</span>,
              }))}
            />
          </div>
        </Flex>
      )}
    </QueryView>
  );
}
