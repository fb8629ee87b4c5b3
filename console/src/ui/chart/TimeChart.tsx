// Values over time. The drawing library comes as a chunk of its own; who cannot see the chart gets its latest values.
import { Skeleton, Typography } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "@/lib/i18n";

export interface TimeSeries {
  name: string;
  /** Milliseconds since 1970 and the value. */
  points: [number, number][];
}

export interface TimeChartProps {
  title: string;
  series: TimeSeries[];
  /** What cannot be exceeded; drawn as a dashed line. */
  limit?: number;
  format: (value: number) => string;
  /** Bytes: the axis steps by powers of two. */
  binary?: boolean;
  height?: number;
}

const LineCanvas = lazy(() => import("./LineCanvas"));

export function TimeChart(props: TimeChartProps) {
  const { t } = useTranslation("parts");
  const { title, series, format, limit, height = 200 } = props;
  const latest = series
    .map(({ name, points }) => {
      const value = points.at(-1)?.[1];
      return value === undefined ? "" : `${series.length > 1 ? `${name} ` : ""}${format(value)}`;
    })
    .filter(Boolean)
    .join(", ");
  return (
    <figure style={{ margin: 0, minWidth: 0 }}>
      <figcaption style={{ display: "flex", justifyContent: "space-between", gap: 12, marginBottom: 4 }}>
        <Typography.Text strong>{title}</Typography.Text>
        <Typography.Text type="secondary">{latest === "" ? t("chart.noData") : limit === undefined ? latest : t("chart.ofLimit", { value: latest, limit: format(limit) })}</Typography.Text>
      </figcaption>
      <div aria-hidden>
        <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height }} />}>
          <LineCanvas {...props} height={height} />
        </Suspense>
      </div>
    </figure>
  );
}
