// What a sample carries, where labels are not put on by a key: counts of its labels, what is said, relations, segments.
import { Flex, Typography } from "antd";
import { useTranslation } from "@/lib/i18n";
import { contentOf, countLabels, relationsOf, segmentsOf, textOf } from "../annotations";
import { Swatch } from "../labels/Swatch";
import type { DatasetType } from "../types";
import type { Sample } from "./labelling";

interface CarriedProps {
  sample: Sample;
  type: DatasetType;
  colors: ReadonlyMap<string, string>;
}

export function Carried({ sample, type, colors }: CarriedProps) {
  const { t } = useTranslation("datasets");
  const { labels } = sample;
  if (labels.length === 0) return <Typography.Text type="secondary">{t("tab.unlabelled")}</Typography.Text>;
  const content = contentOf(labels);
  const segments = segmentsOf(labels);
  const relations = type.shape === "triplet" ? relationsOf(textOf(sample.source), labels) : [];
  return (
    <Flex vertical gap={10}>
      <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {countLabels(labels).map(({ name, type: kind, count }) => (
          <li key={`${kind} ${name}`} className="ds-labelrow" style={{ cursor: "default" }}>
            <Swatch color={colors.get(name)} />
            <span style={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}>{name}</span>
            <span>{count}</span>
          </li>
        ))}
      </ul>
      {content && <Typography.Paragraph style={{ margin: "0 8px", whiteSpace: "pre-wrap" }}>{content}</Typography.Paragraph>}
      {relations.length > 0 && (
        <ul style={{ margin: 0, paddingInlineStart: 24 }}>
          {relations.map(({ name, from, to }, index) => (
            <li key={index}>
              {from} → <strong>{name}</strong> → {to}
            </li>
          ))}
        </ul>
      )}
      {segments.length > 0 && (
        <ol style={{ margin: 0, paddingInlineStart: 24 }}>
          {segments.map(({ start, end, name, content: words, speaker }, index) => (
            <li key={index} style={{ marginBottom: 6 }}>
              <span style={{ fontVariantNumeric: "tabular-nums" }}>
                {start} – {end}
              </span>
              <div>{[name, speaker].filter(Boolean).join(" · ")}</div>
              {words && <div style={{ whiteSpace: "pre-wrap" }}>{words}</div>}
            </li>
          ))}
        </ol>
      )}
    </Flex>
  );
}
