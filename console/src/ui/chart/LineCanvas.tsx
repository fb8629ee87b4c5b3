// The drawing half of TimeChart: the only module that imports ECharts.
import { theme } from "antd";
import { useEffect, useRef } from "react";
import type { EChartsType } from "echarts/core";
import { useFormat } from "@/lib/i18n";
import { useSize } from "@/lib/size";
import { init } from "./echarts";
import type { TimeChartProps } from "./TimeChart";

export default function LineCanvas({ series, limit, format: formatValue, binary = false, height = 200 }: TimeChartProps) {
  const { token } = theme.useToken();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const { width } = useSize(box);

  useEffect(() => {
    if (!box.current) return undefined;
    chart.current = init(box.current, null, { renderer: "svg" });
    return () => {
      chart.current?.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => chart.current?.resize({ width: width || "auto", height }), [width, height]);

  useEffect(() => {
    const text = { color: token.colorTextSecondary, fontFamily: token.fontFamily, fontSize: 12 };
    const line = { lineStyle: { color: token.colorBorderSecondary } };
    const axis = axisOf(series, limit, binary);
    const times = series.flatMap(({ points }) => points.slice(0, 1).concat(points.slice(-1)).map(([time]) => time));
    const alone = times.length > 0 && Math.max(...times) === Math.min(...times);
    chart.current?.setOption(
      {
        animation: false,
        grid: { left: 8, right: 16, top: series.length > 1 ? 34 : 14, bottom: 6, containLabel: true },
        legend: { show: series.length > 1, top: 0, textStyle: text, icon: "roundRect", itemHeight: 8 },
        tooltip: {
          trigger: "axis",
          backgroundColor: token.colorBgElevated,
          borderColor: token.colorBorder,
          textStyle: { color: token.colorText, fontSize: 13 },
          valueFormatter: (value: unknown) => formatValue(Number(value)),
          axisPointer: { label: { formatter: ({ value }: { value: unknown }) => format.time(Number(value)) } },
        },
        xAxis: {
          type: "time",
          // A single moment has no extent of its own.
          ...(alone && { min: Math.min(...times) - 30_000, max: Math.min(...times) + 30_000 }),
          axisLabel: { ...text, hideOverlap: true }, axisLine: line,
          axisTick: line,
          splitNumber: 4,
        },
        yAxis: {
          type: "value",
          min: 0,
          splitNumber: 4,
          max: axis.max,
          interval: axis.interval,
          axisLabel: { ...text, formatter: (value: number) => formatValue(value), hideOverlap: true, showMaxLabel: !axis.showLimit },
          splitLine: line,
        },
        series: series.map(({ name, points }, index) => ({
          type: "line",
          name,
          data: points,
          showSymbol: points.length < 2,
          symbolSize: 5,
          lineStyle: { width: 1.6 },
          color: [token.colorPrimary, token.colorError, token.colorWarning][index % 3],
          areaStyle: series.length === 1 ? { opacity: 0.12 } : undefined,
          markLine:
            limit === undefined || index > 0 || !axis.showLimit
              ? undefined
              : {
                  silent: true,
                  symbol: "none",
                  data: [{ yAxis: limit }],
                  lineStyle: { color: token.colorTextTertiary, type: "dashed" },
                  label: { formatter: formatValue(limit), position: "insideEndTop", ...text },
                },
        })),
      },
      { notMerge: true },
    );
  }, [series, limit, formatValue, format, token, binary]);

  return <div ref={box} style={{ width: "100%", height }} />;
}

/** The limit is drawn once the values come near it; before that it would press them flat. */
function axisOf(series: TimeChartProps["series"], limit: number | undefined, binary: boolean) {
  const highest = Math.max(0, ...series.flatMap(({ points }) => points.map(([, value]) => value)));
  const showLimit = limit !== undefined && highest > limit * 0.4;
  const top = showLimit ? Math.max(highest, limit) : highest;
  if (!binary || top <= 0) return { showLimit, max: showLimit ? top * 1.02 : undefined, interval: undefined };
  const interval = 2 ** Math.ceil(Math.log2(top / 4));
  return { showLimit, max: interval * Math.ceil((top * 1.02) / interval), interval };
}
