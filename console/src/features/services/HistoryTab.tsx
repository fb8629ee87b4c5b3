// Which configuration was asked for when, and what became of it.
import { Table } from "antd";
import { $api, type Answer } from "@/api/client";
import { useTranslation } from "@/lib/i18n";
import { CodeBlock, QueryView, StatusTag, Time, type Tone } from "@/ui";
import { useServiceParams } from "./queries";

type Change = Answer<"/v1/{project_id}/services/{service_id}/logs", "get">["logs"][number];

const results = { SUCCESS: "good", FAIL: "bad", RUNNING: "active", CANCEL: "neutral" } as const satisfies Record<string, Tone>;
type Result = keyof typeof results;

export function HistoryTab({ serviceId }: { serviceId: string }) {
  const { t } = useTranslation(["services", "parts"]);
  const changes = $api.useQuery("get", "/v1/{project_id}/services/{service_id}/logs", useServiceParams(serviceId), {
    refetchInterval: 5000,
  });
  return (
    <QueryView query={changes}>
      {({ logs }) => (
        <Table<Change>
          size="small"
          rowKey="update_time"
          dataSource={logs}
          pagination={false}
          scroll={{ x: 640 }}
          columns={[
            { title: t("services:time"), dataIndex: "update_time", width: 190, render: (value: number) => <Time value={value} /> },
            {
              title: t("services:result.label"),
              dataIndex: "result",
              width: 140,
              render: (value: string) =>
                value in results ? (
                  <StatusTag tone={results[value as Result]}>{t(`services:result.${value as Result}`)}</StatusTag>
                ) : (
                  value
                ),
            },
            { title: t("services:section.models"), render: (_, change) => summaryOf(change) },
          ]}
          expandable={{
            columnTitle: <span className="maquette-hidden">{t("parts:details")}</span>,
            expandedRowRender: (change) => (
              <CodeBlock code={JSON.stringify(change.config, null, 2)} maxHeight={320} label={t("services:tab.config")} />
            ),
          }}
        />
      )}
    </QueryView>
  );
}

function summaryOf(change: Change): string {
  return change.config
    .map((item) => `${item.model_name} ${item.model_version} · ${item.weight}% · ${item.instance_count} × ${item.specification}`)
    .join("; ");
}
