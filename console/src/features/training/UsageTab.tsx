// What a version uses of its flavor, as charts that grow while it runs.
import { Flex } from "antd";
import { useCallback, useMemo } from "react";
import { $api, type Answer } from "@/api/client";
import { useScope } from "@/api/session";
import { useFormat, useTranslation } from "@/lib/i18n";
import { QueryView } from "@/ui";
import { TimeChart, type TimeSeries } from "@/ui/chart/TimeChart";
import type { VersionDetails } from "./queries";
import { isMoving } from "./states";

type Usage = Answer<"/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/usage", "get">;

export function UsageTab({ version }: { version: VersionDetails }) {
  const { projectId } = useScope();
  const { job_id, version_id, status } = version;
  const usage = $api.useQuery(
    "get",
    "/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}/usage",
    { params: { path: { project_id: projectId, job_id, version_id } } },
    { refetchInterval: isMoving(status) ? 2000 : false },
  );
  return (
    <div style={{ overflow: "auto", height: "100%" }}>
      <QueryView query={usage}>{(data) => <Charts usage={data} />}</QueryView>
    </div>
  );
}

function Charts({ usage }: { usage: Usage }) {
  const { t } = useTranslation("training");
  const format = useFormat();
  const series = (name: string, value: (point: Usage["points"][number]) => number): TimeSeries[] => [
    { name, points: usage.points.map((point) => [point.t, value(point)]) },
  ];
  // A new series draws the chart anew: only new data may make one.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const cpu = useMemo(() => series(t("cpu"), (point) => point.cpu), [usage, t]);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const memory = useMemo(() => series(t("memory"), (point) => point.memory), [usage, t]);
  const cores = useCallback((value: number) => t("cores", { value: format.number(round(value)) }), [t, format]);
  return (
    <Flex vertical gap={20} style={{ padding: "4px 0" }}>
      <TimeChart title={t("cpu")} series={cpu} limit={usage.cpu_limit} format={cores} />
      <TimeChart title={t("memory")} series={memory} limit={usage.memory_limit} format={format.bytes} binary />
    </Flex>
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
