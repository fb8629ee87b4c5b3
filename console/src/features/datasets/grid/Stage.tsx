// One sample as large as there is room: the picture with its shapes, the text with its labels, a player, the first rows
// of a table, or where a file is that cannot be shown.
import { DownloadOutlined } from "@ant-design/icons";
import { Button, Flex, theme, Typography } from "antd";
import { useState } from "react";
import { $api } from "@/api/client";
import { useScope } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { EmptyState, QueryView } from "@/ui";
import { outlinesOf, pictureSize, textOf } from "../annotations";
import { AnnotatedText } from "../AnnotatedText";
import { TableRows } from "../rows/TableRows";
import { ShapeLayer } from "../ShapeLayer";
import { SceneIcon } from "../typeIcon";
import type { DatasetType } from "../types";
import { missingKey, type Sample } from "./labelling";

export interface StageProps {
  datasetId: string;
  sample: Sample;
  type: DatasetType;
  colors: ReadonlyMap<string, string>;
}

const pictureSample = 0;

export function Stage(props: StageProps) {
  const { t } = useTranslation(["datasets", "common"]);
  const { datasetId, sample, type, colors } = props;
  // A frame of a video is a picture too.
  if (type.scene === "image" || (type.scene === "video" && sample.sample_type === pictureSample)) return <Picture {...props} />;
  if (type.scene === "text") return sample.truncated ? <WholeText {...props} /> : <Text sample={sample} colors={colors} />;
  if (type.scene === "audio")
    return <audio controls preload="metadata" src={sample.media_url} aria-label={sample.sample_name} style={{ width: "100%" }} />;
  if (type.scene === "video")
    return (
      <div className="ds-stage" style={{ flex: 1, background: "#000" }}>
        <video controls preload="metadata" src={sample.media_url} aria-label={sample.sample_name} style={{ maxWidth: "100%", maxHeight: "100%" }} />
      </div>
    );
  if (type.scene === "table") return <TableRows datasetId={datasetId} sampleId={sample.sample_id} />;
  return (
    <EmptyState
      icon={<SceneIcon scene="free" />}
      title={t("datasets:preview.noView")}
      action={
        <Button icon={<DownloadOutlined aria-hidden />} href={sample.media_url} download={sample.sample_name}>
          {t("common:action.download")}
        </Button>
      }
    />
  );
}

/** The layer of shapes fills the stage, so the picture does. */
const fitted = { width: "100%", height: "100%" };

function Picture({ sample, colors }: StageProps) {
  const { t } = useTranslation("datasets");
  const { token } = theme.useToken();
  const [size, setSize] = useState<[number, number] | "broken" | null>(null);
  const known = size !== "broken" && size;
  const small = known && Math.max(...known) <= 200;
  // Shapes are in the pixels of the picture as it was labelled, which is told with it or is as it is now.
  const pixels = known && (pictureSize(sample.metadata) ?? known);
  const drawn = outlinesOf(sample.labels, 1).length > 0;
  return (
    <div className="ds-stage" style={{ flex: 1, ["--ds-placeholder" as string]: token.colorFillTertiary }}>
      {size === "broken" ? (
        <Typography.Text type="secondary">{sample.metadata[missingKey] === undefined ? t("preview.broken") : t("grid.missing")}</Typography.Text>
      ) : (
        <div className="ds-picture">
          <img
            src={sample.source}
            alt={sample.sample_name}
            decoding="async"
            // A picture of a few pixels is enlarged, and its pixels stay what they are.
            style={{ ...(drawn ? fitted : small && { width: "min(70%, 60vh)" }), ...(small && { imageRendering: "pixelated" }) }}
            onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize([naturalWidth, naturalHeight])}
            onError={() => setSize("broken")}
          />
          {drawn && pixels && <ShapeLayer annotations={sample.labels} size={pixels} colors={colors} large />}
        </div>
      )}
    </div>
  );
}

function Text({ sample, colors }: Pick<StageProps, "sample" | "colors">) {
  return (
    <div className="maquette-panel" tabIndex={0} role="region" aria-label={sample.sample_name} style={{ flex: 1, overflow: "auto", fontSize: 16, lineHeight: 1.9 }}>
      <AnnotatedText text={textOf(sample.source)} annotations={sample.labels} colors={colors} />
    </div>
  );
}

/** A list shortens long texts: here the whole one is asked for. */
function WholeText({ datasetId, sample, colors }: StageProps) {
  const { projectId } = useScope();
  const query = $api.useQuery("get", "/v2/{project_id}/datasets/{dataset_id}/data-annotations/samples/{sample_id}", {
    params: { path: { project_id: projectId, dataset_id: datasetId, sample_id: sample.sample_id } },
  });
  return (
    <Flex vertical style={{ flex: 1, minHeight: 0 }}>
      <QueryView query={query}>{(whole) => <Text sample={{ ...sample, source: whole.source }} colors={colors} />}</QueryView>
    </Flex>
  );
}
