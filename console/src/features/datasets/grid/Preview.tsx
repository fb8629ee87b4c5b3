// One sample, large: walk through the list with the arrows, label by key, jump to the next unlabelled one.
import { FireFilled, FireOutlined, LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Descriptions, Flex, Modal, Space, Typography } from "antd";
import { useEffect, type KeyboardEvent } from "react";
import { useTranslation } from "@/lib/i18n";
import { Bytes, CopyText, Time } from "@/ui";
import type { LabelStats } from "../queries";
import { isAnnotated, isClassified, type DatasetType, type Scene } from "../types";
import { Carried } from "./Carried";
import { Key } from "./Key";
import { useKeys, type KeyActions } from "./keys";
import { isHard, shareOf, type Sample } from "./labelling";
import { LabelRow } from "./LabelPanel";
import { usages } from "./filter";
import type { SampleList } from "./sampleList";
import { Stage } from "./Stage";

interface PreviewProps {
  datasetId: string;
  type: DatasetType;
  colors: ReadonlyMap<string, string>;
  /** null while nothing is shown. */
  sample: Sample | null;
  index: number;
  total: number;
  /** Where the samples before and after are: their pictures are fetched ahead. */
  list: SampleList;
  labels: LabelStats[];
  keys: ReadonlyMap<string, string>;
  actions: KeyActions;
  onMove: (step: 1 | -1) => void;
  onClose: () => void;
}

/** What has to be seen closely gets the window; what is heard or read is not as wide. */
const widths: Record<Scene, number> = { image: 1680, video: 1680, table: 1680, text: 1200, audio: 960, free: 960 };
const tall: ReadonlySet<Scene> = new Set(["image", "video", "table", "text"]);

export function Preview({ sample, ...rest }: PreviewProps) {
  const { t } = useTranslation("datasets");
  return (
    <Modal
      open={sample !== null}
      onCancel={rest.onClose}
      footer={null}
      width={`min(${widths[rest.type.scene]}px, calc(100vw - 48px))`}
      centered
      destroyOnHidden
      title={sample ? `${sample.sample_name} · ${t("preview.position", { index: rest.index + 1, total: rest.total })}` : ""}
      wrapClassName="ds-preview"
    >
      {sample && <Content sample={sample} {...rest} />}
    </Modal>
  );
}

function Content({ datasetId, type, colors, sample, index, total, list, labels, keys, actions, onMove }: Omit<PreviewProps, "sample" | "onClose"> & { sample: Sample }) {
  const { t } = useTranslation("datasets");
  useKeys(true, keys, actions, ".ds-preview");
  useEffect(() => {
    if (type.scene !== "image") return;
    const ahead = (samples: Sample[]) => samples.forEach(({ source }) => (new Image().src = source));
    // What cannot be fetched ahead says why when its turn comes.
    list.load(Math.max(0, index - 1), Math.min(total - 1, index + 1)).then(ahead, () => undefined);
  }, [list, index, total, type]);

  function onKeyDown(event: KeyboardEvent) {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    onMove(step);
  }
  return (
    <Flex gap={16} style={tall.has(type.scene) ? { height: "calc(100vh - 150px)" } : { minHeight: 260 }} onKeyDown={onKeyDown}>
      <Flex vertical gap={8} style={{ flex: 1, minWidth: 0 }}>
        <Flex vertical justify="center" style={{ flex: 1, minHeight: 0 }}>
          <Stage key={sample.sample_id} datasetId={datasetId} sample={sample} type={type} colors={colors} />
        </Flex>
        <Flex justify="center" gap={8}>
          <Button icon={<LeftOutlined aria-hidden />} disabled={index === 0} onClick={() => onMove(-1)}>
            {t("preview.previous")}
          </Button>
          <Button icon={<RightOutlined aria-hidden />} iconPlacement="end" disabled={index >= total - 1} autoFocus onClick={() => onMove(1)}>
            {t("preview.next")}
          </Button>
          {isAnnotated(type) && (
            <Button onClick={actions.next}>
              <Space>
                {t("preview.nextUnlabelled")}
                <Key>N</Key>
              </Space>
            </Button>
          )}
        </Flex>
      </Flex>
      <Flex vertical gap={8} style={{ width: 280, flex: "none", minHeight: 0 }}>
        <div style={{ flex: 1, minHeight: 0, overflow: "auto" }}>
          {isClassified(type) &&
            labels.map((label) => (
              <LabelRow
                key={label.name}
                label={label}
                shortcut={keys.get(label.name)}
                share={shareOf([sample], label.name)}
                count=""
                onToggle={() => actions.label(label.name)}
              />
            ))}
          {isClassified(type) && labels.length === 0 && <Typography.Text type="secondary">{t("label.noneHint")}</Typography.Text>}
          {isAnnotated(type) && !isClassified(type) && <Carried sample={sample} type={type} colors={colors} />}
        </div>
        <Button aria-pressed={isHard(sample)} icon={isHard(sample) ? <FireFilled aria-hidden /> : <FireOutlined aria-hidden />} onClick={actions.hard}>
          <Space>
            {isHard(sample) ? t("hard.unmark") : t("hard.markOne")}
            <Key>H</Key>
          </Space>
        </Button>
        <Facts sample={sample} isText={type.scene === "text"} />
      </Flex>
    </Flex>
  );
}

function Facts({ sample, isText }: { sample: Sample; isText: boolean }) {
  const { t } = useTranslation(["datasets", "common"]);
  const usage = usages.find((each) => each === sample.sample_usage) ?? "NONE";
  const labeler = sample.labelers?.[0]?.email;
  return (
    <Descriptions
      column={1}
      size="small"
      items={[
        {
          key: "size",
          label: t("common:field.size"),
          children: isText ? t("datasets:rows.characters", { count: sample.sample_size }) : <Bytes value={sample.sample_size} />,
        },
        { key: "added", label: t("datasets:filter.added"), children: <Time value={sample.sample_time} /> },
        { key: "usage", label: t("datasets:filter.usage"), children: t(`datasets:usage.${usage}`) },
        ...(labeler ? [{ key: "labeler", label: t("datasets:preview.labeler"), children: labeler }] : []),
        // A text of a manifest lies in no file.
        ...(sample.obs_url ? [{ key: "address", label: t("datasets:preview.address"), children: <CopyText text={sample.obs_url} /> }] : []),
      ]}
    />
  );
}
