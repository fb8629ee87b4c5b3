// How a service is doing: calls, failures, the rate, and what its instances use. The API gives the present values; the
// curves grow while the page is open.
import { Flex, Typography } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useFormat, useTranslation } from "@/lib/i18n";
import { QueryView } from "@/ui";
import { TimeChart, type TimeSeries } from "@/ui/chart/TimeChart";
import { useMonitors, type Monitors, type ServiceDetail } from "./queries";

interface Sample {
  time: number;
  calls: number;
  failures: number;
  cpu: number;
  memory: number;
}

const longest = 1200;
const mebibyte = 1024 * 1024;

function sampleOf({ monitors }: Monitors, service: ServiceDetail, time: number): Sample {
  const sum = (value: (monitor: Monitors["monitors"][number]) => number) =>
    monitors.reduce((total, monitor) => total + value(monitor), 0);
  return {
    time,
    calls: service.invocation_times,
    failures: service.failed_times,
    cpu: sum((monitor) => monitor.cpu_core_usage),
    memory: sum((monitor) => monitor.cpu_memory_usage) * mebibyte,
  };
}

export function MonitorTab({ service }: { service: ServiceDetail }) {
  const query = useMonitors(service.service_id);
  const [samples, setSamples] = useState<Sample[]>([]);
  const { data, dataUpdatedAt } = query;
  useEffect(() => {
    if (data)
      // Each answer becomes one point; answers are what this effect waits for.
      // eslint-disable-next-line react-hooks/set-state-in-effect
      setSamples((old) => [...old.slice(1 - longest), sampleOf(data, service, dataUpdatedAt)]);
    // A service that polls by itself makes no new point.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [dataUpdatedAt]);
  return <QueryView query={query}>{(monitors) => <Shown monitors={monitors} service={service} samples={samples} />}</QueryView>;
}

function Shown({ monitors, service, samples }: { monitors: Monitors; service: ServiceDetail; samples: Sample[] }) {
  const { t } = useTranslation("services");
  const format = useFormat();
  const cpuLimit = monitors.monitors.reduce((sum, each) => sum + each.cpu_core_total, 0);
  const memoryLimit = monitors.monitors.reduce((sum, each) => sum + each.cpu_memory_total, 0) * mebibyte;
  const cpu = useMemo<TimeSeries[]>(() => [{ name: t("cpu"), points: samples.map((each) => [each.time, each.cpu]) }], [samples, t]);
  const memory = useMemo<TimeSeries[]>(
    () => [{ name: t("memory"), points: samples.map((each) => [each.time, each.memory]) }],
    [samples, t],
  );
  const rate = useMemo<TimeSeries[]>(
    () => [
      { name: t("callRate"), points: ratesOf(samples, (each) => each.calls) },
      { name: t("failureRate"), points: ratesOf(samples, (each) => each.failures) },
    ],
    [samples, t],
  );
  const cores = useCallback((value: number) => t("cores", { value: format.number(Math.round(value * 100) / 100) }), [t, format]);
  const number = useCallback((value: number) => format.number(Math.round(value * 10) / 10), [format]);
  const share = service.invocation_times > 0 ? service.failed_times / service.invocation_times : 0;
  return (
    <Flex vertical gap={20}>
      <dl style={{ display: "flex", flexWrap: "wrap", gap: "12px 40px", margin: 0 }}>
        <Figure label={t("totalCalls")} value={format.number(service.invocation_times)} />
        <Figure label={t("totalFailures")} value={`${format.number(service.failed_times)} · ${format.percent(share, 1)}`} />
        <Figure label={t("lastMinute")} value={format.number(monitors.req_count_per_min)} />
        <Figure
          label={t("instancesReady")}
          value={`${monitors.service_running_instance_count} / ${monitors.service_instance_count}`}
        />
      </dl>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(380px, 1fr))", gap: 24 }}>
        <TimeChart title={t("callsPerMinute")} series={rate} format={number} />
        <TimeChart title={t("cpu")} series={cpu} limit={cpuLimit || undefined} format={cores} />
        <TimeChart title={t("memory")} series={memory} limit={memoryLimit || undefined} format={format.bytes} binary />
      </div>
      <Typography.Text type="secondary">{t("monitorHint")}</Typography.Text>
    </Flex>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>
        <Typography.Text type="secondary">{label}</Typography.Text>
      </dt>
      <dd style={{ margin: 0, fontSize: 20, fontVariantNumeric: "tabular-nums" }}>{value}</dd>
    </div>
  );
}

/** Calls a minute between neighbouring samples, over ten seconds at least: the counters move in steps. */
function ratesOf(samples: Sample[], value: (sample: Sample) => number): [number, number][] {
  const rates: [number, number][] = [];
  samples.forEach((sample, index) => {
    const before = samples.slice(0, index).findLast((each) => sample.time - each.time >= 10_000);
    if (before) rates.push([sample.time, ((value(sample) - value(before)) / (sample.time - before.time)) * 60_000]);
  });
  return rates;
}
