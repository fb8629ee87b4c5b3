// What happened to a service, newest first.
import { Button, Flex, Segmented, Table } from "antd";
import { useState } from "react";
import { $api } from "@/api/client";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, QueryView, StatusTag, Time } from "@/ui";
import { eventText, type Events, type ServiceEvent } from "./events";
import { useServiceParams } from "./queries";

export function EventsTab({ serviceId }: { serviceId: string }) {
  const { t, i18n } = useTranslation(["services", "common", "parts"]);
  const [type, setType] = useState<"" | "abnormal">("");
  const [limit, setLimit] = useState(100);
  const { params } = useServiceParams(serviceId);
  const events = $api.useQuery(
    "get",
    "/v1/{project_id}/services/{service_id}/events",
    { params: { ...params, query: { limit, event_type: type } } },
    { refetchInterval: 3000, placeholderData: (old: Events | undefined) => old },
  );
  return (
    <Flex vertical gap={10}>
      <div>
        <Segmented
          value={type}
          onChange={setType}
          options={[
            { value: "", label: t("services:eventsAll") },
            { value: "abnormal", label: t("services:eventsAbnormal") },
          ]}
        />
      </div>
      <QueryView query={events}>
        {(data) => (
          <>
            <Table<ServiceEvent>
              size="small"
              rowKey={(event) => `${event.occur_time} ${event.event_info}`}
              dataSource={data.events}
              pagination={false}
              locale={{ emptyText: <EmptyState title={t("services:noEvents")} /> }}
              scroll={{ x: 640 }}
              columns={[
                {
                  title: t("services:time"),
                  dataIndex: "occur_time",
                  width: 190,
                  render: (value: number) => <Time value={value} />,
                },
                {
                  title: t("common:field.type"),
                  dataIndex: "event_type",
                  width: 120,
                  render: (value: string) => (
                    <StatusTag tone={value === "normal" ? "neutral" : "bad"}>
                      {value === "normal" ? t("services:eventNormal") : t("services:eventAbnormal")}
                    </StatusTag>
                  ),
                },
                { title: t("services:event"), render: (_, event) => eventText(event, i18n) },
              ]}
            />
            {data.total_count > data.events.length && (
              <div>
                <Button onClick={() => setLimit(Math.min(1000, limit + 200))}>{t("services:moreEvents")}</Button>
              </div>
            )}
          </>
        )}
      </QueryView>
    </Flex>
  );
}
