// A dataset's type as a reader sees it: its icon and its name.
import {
  AudioOutlined,
  BorderOutlined,
  ColumnWidthOutlined,
  CustomerServiceOutlined,
  FileOutlined,
  FileTextOutlined,
  GatewayOutlined,
  HighlightOutlined,
  NodeIndexOutlined,
  PictureOutlined,
  TableOutlined,
  VideoCameraOutlined,
} from "@ant-design/icons";
import { Flex } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";
import { typeOf, type Scene, type TypeKey } from "./types";

const icons: Record<TypeKey, ReactNode> = {
  imageClassification: <PictureOutlined aria-hidden />,
  objectDetection: <BorderOutlined aria-hidden />,
  imageSegmentation: <GatewayOutlined aria-hidden />,
  soundClassification: <CustomerServiceOutlined aria-hidden />,
  speechContent: <AudioOutlined aria-hidden />,
  speechSegmentation: <ColumnWidthOutlined aria-hidden />,
  textClassification: <FileTextOutlined aria-hidden />,
  namedEntities: <HighlightOutlined aria-hidden />,
  textTriplets: <NodeIndexOutlined aria-hidden />,
  table: <TableOutlined aria-hidden />,
  video: <VideoCameraOutlined aria-hidden />,
  free: <FileOutlined aria-hidden />,
};

const sceneIcons: Record<Scene, ReactNode> = {
  image: icons.imageClassification,
  audio: icons.speechContent,
  text: icons.textClassification,
  table: icons.table,
  video: icons.video,
  free: icons.free,
};

export function TypeIcon({ type }: { type: TypeKey }) {
  return icons[type];
}

export function SceneIcon({ scene }: { scene: Scene }) {
  return sceneIcons[scene];
}

/** The type of a dataset in a line of text. */
export function TypeName({ number }: { number: number }) {
  const { t } = useTranslation("datasetTypes");
  const { key } = typeOf(number);
  return (
    <Flex gap={8} align="center" style={{ minWidth: 0 }}>
      <span style={{ display: "inline-flex", color: "var(--maquette-focus)" }} aria-hidden>
        <TypeIcon type={key} />
      </span>
      <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{t(`name.${key}`)}</span>
    </Flex>
  );
}
